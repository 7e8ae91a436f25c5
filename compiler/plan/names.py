"""Every name, label and annotation that is common to what emitters make. What selects or restarts never follows an owner."""

from collections.abc import Mapping
from types import MappingProxyType

from compiler.values import Json, Object

MANAGER = "modelyard"
NAME = "app.kubernetes.io/name"
PART_OF = "app.kubernetes.io/part-of"
VERSION = "app.kubernetes.io/version"
MANAGED_BY = "app.kubernetes.io/managed-by"
OWNER = "modelyard/owner"

# Series of service levels are called as Sloth calls them (https://sloth.dev), so that people find what they know; the labels are our own.
ERRORS = "slo:sli_error:ratio_rate"
"""The share of errors in a window, which follows."""
OBJECTIVE = "slo:objective:ratio"
BUDGET = "slo:error_budget:ratio"
PERIOD = "slo:time_period:days"
BURN_NOW = "slo:current_burn_rate:ratio"
BURN_PERIOD = "slo:period_burn_rate:ratio"
BUDGET_LEFT = "slo:period_error_budget_remaining:ratio"
AGE = "modelyard_last_run_age_seconds"
SIGNAL = "modelyard_signal"
ABOUT = "modelyard_slo_info"

ID = "modelyard_id"
MODEL = "modelyard_model"
ENVIRONMENT = "modelyard_environment"
SLO = "modelyard_slo"
WINDOW = "modelyard_window"
TEAM = "modelyard_owner"
SEVERITY = "severity"
ACTION = "modelyard_action"

ALERT_BURN = "ModelErrorBudgetBurn"
ALERT_STALE = "ModelRunStale"
ALERT_NEVER = "ModelRunMissing"
ALERT_SIGNAL = "ModelSignalBeyondBar"

WATCHED: Mapping[str, Json] = MappingProxyType({
    "labels": {
        "id": ID, "model": MODEL, "environment": ENVIRONMENT, "slo": SLO, "window": WINDOW, "owner": TEAM, "severity": SEVERITY,
        "action": ACTION,
    },
    "series": {
        "errors": ERRORS, "objective": OBJECTIVE, "budget": BUDGET, "period": PERIOD, "burnNow": BURN_NOW, "burnPeriod": BURN_PERIOD,
        "budgetLeft": BUDGET_LEFT, "age": AGE, "signal": SIGNAL, "about": ABOUT,
    },
    "alerts": {"burn": ALERT_BURN, "stale": ALERT_STALE, "never": ALERT_NEVER, "signal": ALERT_SIGNAL},
    # What kube-prometheus and others that read alerts call them.
    "annotations": {"summary": "summary", "description": "description", "runbook": "runbook_url"},
})  # fmt: skip
"""The names of what service levels record and tell, for templates."""


def selector(model: str, project: str) -> Object:
    """What selects the model's replicas: never changes while the model exists."""
    return {NAME: model, PART_OF: project}


def pod_labels(model: str, project: str, version: str) -> Object:
    """Labels of replicas: the selector, and the release, which restarts them anyway."""
    return {**selector(model, project), VERSION: version.replace("+", "_")}


def labels(model: str, project: str, version: str, owner: str) -> Object:
    """Labels of objects that hand none of them to replicas (Kubernetes' recommended labels, and the owner)."""
    return {**pod_labels(model, project, version), MANAGED_BY: MANAGER, OWNER: owner}
