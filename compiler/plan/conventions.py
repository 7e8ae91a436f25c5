"""Every name, label, annotation and trailer that is common to what is made. What selects or restarts never follows an owner."""

from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType

from compiler.foundation.json_data import Json, Object

MANAGER = "modelyard"
NAME = "app.kubernetes.io/name"
PART_OF = "app.kubernetes.io/part-of"
VERSION = "app.kubernetes.io/version"
MANAGED_BY = "app.kubernetes.io/managed-by"
OWNER = "modelyard/owner"
WAVE = "modelyard/wave"
RELEASE = "modelyard/release"
ARTIFACT = "modelyard/artifact"
"""The digest of what is loaded: a replica that loads another one is another replica."""
REVISION = "modelyard/revision"
ADAPTER = "modelyard/adapter"
"""The digest of an adapter, whose name stands behind it after a dash."""

OWN_FOLDER = ".modelyard"
"""The folder at a root that is Modelyard's own."""
LOCKS = f"{OWN_FOLDER}/locks"
"""The folder in it of what says who owns what was written: a file a unit."""

_NONE: Object = MappingProxyType({})

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

SHOWN: Mapping[str, Json] = MappingProxyType({
    "name": NAME, "partOf": PART_OF, "managedBy": MANAGED_BY, "manager": MANAGER, "owner": OWNER, "wave": WAVE, "release": RELEASE,
    "artifact": ARTIFACT, "revision": REVISION, "adapter": ADAPTER,
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
"""Those that templates write themselves, by what they say."""


_SHORTEST_ENDING = 10
_NAME_LENGTH = 63
"""At most so many characters has a name of a resource (RFC 1123, labels; OpenSLO v1, "Metadata")."""


def shortened(name: str, room: int = 0) -> str:
    """A name that leaves room for what is put behind it: what is too long is cut, and ends in ten digits that stand for the whole."""
    longest = _NAME_LENGTH - room
    if len(name) <= longest:
        return name
    digits = sha256(name.encode()).hexdigest()[:_SHORTEST_ENDING]
    return f"{name[: longest - _SHORTEST_ENDING - 1].rstrip('-.')}-{digits}"


def selector(model: str, project: str, adopted: Object = _NONE) -> Object:
    """What selects the model's replicas: never changes while the model exists. Objects that were adopted keep their own."""
    return adopted or {NAME: model, PART_OF: project}


def pod_labels(model: str, project: str, version: str, adopted: Object = _NONE) -> Object:
    """Labels of replicas: who they are, what selects them, and the release, which restarts them anyway."""
    return {NAME: model, PART_OF: project, VERSION: version.replace("+", "_"), **adopted}


def labels(model: str, project: str, version: str, owner: str, adopted: Object = _NONE) -> Object:
    """Labels of objects that hand none of them to replicas (Kubernetes' recommended labels, and the owner)."""
    own = {NAME: model, PART_OF: project, VERSION: version.replace("+", "_"), MANAGED_BY: MANAGER, OWNER: owner}
    return {**own, **adopted}


SOURCE_TRAILER = "Modelyard-Source"
ENVIRONMENT_TRAILER = "Modelyard-Environment"
DATE_TRAILER = "Modelyard-Date"
VERSION_TRAILER = "Modelyard-Version"
"""Trailers of a commit that publishes an environment."""
