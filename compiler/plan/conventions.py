"""Names, labels, annotations and trailers of rendered objects. Selectors and pod templates never depend on the owner."""

from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType

from compiler.foundation.json_data import Json, Object

TOOL_NAME = "modelyard"
NAME_KEY = "app.kubernetes.io/name"
PART_OF_KEY = "app.kubernetes.io/part-of"
VERSION_KEY = "app.kubernetes.io/version"
MANAGED_BY_KEY = "app.kubernetes.io/managed-by"
OWNER_KEY = "modelyard/owner"
WAVE_KEY = "modelyard/wave"
RELEASE_KEY = "modelyard/release"
ARTIFACT_KEY = "modelyard/artifact"
"""The digest of the loaded artifact: a change restarts the pods."""
REVISION_KEY = "modelyard/revision"
POLICY_KEY = "modelyard/policy"
PARAMETERS_OF_KEY = "modelyard/parameters-of"
ADAPTER_KEY = "modelyard/adapter"
"""The digest of an adapter; `-` and its name follow."""

STATE_FOLDER = ".modelyard"
"""The folder in an output root that belongs to Modelyard."""
LOCKS_FOLDER = f"{STATE_FOLDER}/locks"
"""Its folder of lock files, one per unit."""

_NO_LABELS: Object = MappingProxyType({})

# Series have the names that Sloth gives them (https://sloth.dev), so that people recognise them; the labels are our own.
ERROR_RATIO_SERIES = "slo:sli_error:ratio_rate"
"""The error ratio over a window; the window follows."""
ERROR_COUNT_SERIES = "slo:sli_error:increase5m"
TOTAL_COUNT_SERIES = "slo:sli_total:increase5m"
"""The bad requests and all requests of five minutes: the ratio over the period is the ratio of their sums."""
OBJECTIVE_SERIES = "slo:objective:ratio"
BUDGET_SERIES = "slo:error_budget:ratio"
PERIOD_SERIES = "slo:time_period:days"
CURRENT_BURN_SERIES = "slo:current_burn_rate:ratio"
PERIOD_BURN_SERIES = "slo:period_burn_rate:ratio"
BUDGET_REMAINING_SERIES = "slo:period_error_budget_remaining:ratio"
RUN_AGE_SERIES = "modelyard_last_run_age_seconds"
SIGNAL_SERIES = "modelyard_signal"
SLO_INFO_SERIES = "modelyard_slo_info"

ID_LABEL = "modelyard_id"
MODEL_LABEL = "modelyard_model"
ENVIRONMENT_LABEL = "modelyard_environment"
SLO_LABEL = "modelyard_slo"
WINDOW_LABEL = "modelyard_window"
OWNER_LABEL = "modelyard_owner"
SEVERITY_LABEL = "severity"
ACTION_LABEL = "modelyard_action"
RESPONSE_LABEL = "modelyard_response"

ALERT_BURN = "ModelErrorBudgetBurn"
ALERT_STALE = "ModelRunStale"
ALERT_MISSING = "ModelRunMissing"
ALERT_SIGNAL = "ModelSignalThresholdCrossed"
ALERT_NO_DATA = "ModelDataMissing"

TEMPLATE_NAMES: Mapping[str, Json] = MappingProxyType({
    "name": NAME_KEY, "partOf": PART_OF_KEY, "managedBy": MANAGED_BY_KEY, "manager": TOOL_NAME, "owner": OWNER_KEY,
    "wave": WAVE_KEY, "release": RELEASE_KEY,
    "artifact": ARTIFACT_KEY, "revision": REVISION_KEY, "adapter": ADAPTER_KEY,
    "policy": POLICY_KEY, "parametersOf": PARAMETERS_OF_KEY,
    "labels": {
        "id": ID_LABEL, "model": MODEL_LABEL, "environment": ENVIRONMENT_LABEL, "slo": SLO_LABEL,
        "window": WINDOW_LABEL, "owner": OWNER_LABEL, "severity": SEVERITY_LABEL,
        "action": ACTION_LABEL, "response": RESPONSE_LABEL,
    },
    "series": {
        "errorRatio": ERROR_RATIO_SERIES, "errorCount": ERROR_COUNT_SERIES, "totalCount": TOTAL_COUNT_SERIES,
        "objective": OBJECTIVE_SERIES, "errorBudget": BUDGET_SERIES, "periodDays": PERIOD_SERIES,
        "currentBurnRate": CURRENT_BURN_SERIES, "periodBurnRate": PERIOD_BURN_SERIES,
        "budgetRemaining": BUDGET_REMAINING_SERIES, "runAge": RUN_AGE_SERIES, "signal": SIGNAL_SERIES, "sloInfo": SLO_INFO_SERIES,
    },
    "alerts": {"errorBudgetBurn": ALERT_BURN, "runStale": ALERT_STALE, "runMissing": ALERT_MISSING, "signal": ALERT_SIGNAL,
               "noData": ALERT_NO_DATA},
    # The label and annotation names that kube-prometheus and other consumers of alerts use.
    "annotations": {"summary": "summary", "description": "description", "runbook": "runbook_url"},
})  # fmt: skip
"""Annotations that templates write, by meaning."""


_DIGEST_LENGTH = 10
_MAX_NAME_LENGTH = 63
"""The maximum length of a resource name (RFC 1123 label; OpenSLO v1, "Metadata")."""


def shorten_name(name: str, reserved_length: int = 0) -> str:
    """Shorten a name to leave room for a suffix: a long one is cut and ends with ten digits of its digest."""
    max_length = _MAX_NAME_LENGTH - reserved_length
    if len(name) <= max_length:
        return name
    digits = sha256(name.encode()).hexdigest()[:_DIGEST_LENGTH]
    return f"{name[: max_length - _DIGEST_LENGTH - 1].rstrip('-.')}-{digits}"


def label_value(text: str) -> str:
    """A text as the value of a label: at most 63 letters, digits, `.`, `_` and `-`, with a letter or digit at both ends."""
    value = text.replace("+", "_")
    if len(value) <= _MAX_NAME_LENGTH and value[-1:].isalnum():
        return value
    digits = sha256(text.encode()).hexdigest()[:_DIGEST_LENGTH]
    return f"{value[: _MAX_NAME_LENGTH - _DIGEST_LENGTH - 1].rstrip('-._')}-{digits}"


def selector_labels(model: str, project: str, adopted_labels: Object = _NO_LABELS) -> Object:
    """The labels that select the model's pods; constant for the life of the model. Adopted objects keep their selectors."""
    return adopted_labels or {NAME_KEY: model, PART_OF_KEY: project}


def pod_labels(model: str, project: str, version: str, adopted_labels: Object = _NO_LABELS) -> Object:
    """Pod labels: identity, selector, and the release, whose change restarts pods anyway."""
    return {NAME_KEY: model, PART_OF_KEY: project, VERSION_KEY: label_value(version), **adopted_labels}


def object_labels(model: str, project: str, version: str, owner: str, adopted_labels: Object = _NO_LABELS) -> Object:
    """Labels of objects without a pod template: Kubernetes' recommended labels, and the owner."""
    standard_labels = {
        NAME_KEY: model,
        PART_OF_KEY: project,
        VERSION_KEY: label_value(version),
        MANAGED_BY_KEY: TOOL_NAME,
        OWNER_KEY: owner,
    }
    return {**standard_labels, **adopted_labels}


SOURCE_TRAILER = "Modelyard-Source"
ENVIRONMENT_TRAILER = "Modelyard-Environment"
DATE_TRAILER = "Modelyard-Date"
VERSION_TRAILER = "Modelyard-Version"
"""Trailers of a commit that publishes an environment."""
