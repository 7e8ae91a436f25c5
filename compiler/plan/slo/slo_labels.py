"""The external labels of a cluster that selectors of series carry."""

from collections.abc import Mapping

from compiler.foundation.json_data import Object
from compiler.plan.slo.promql import LABEL


def rule_labels(capabilities: Object) -> Mapping[str, str]:
    """Those of rules, and of other queries of the Prometheus that evaluates them: only a store that clusters share has them."""
    match capabilities.get("metrics"):
        case {"ruler": "shared"}:
            return chart_labels(capabilities)
    return {}


def chart_labels(capabilities: Object) -> Mapping[str, str]:
    """Those of dashboards."""
    match capabilities.get("metrics"):
        case {"externalLabels": dict(values)}:
            return {name: str(value) for name, value in values.items() if LABEL.fullmatch(name)}
    return {}
