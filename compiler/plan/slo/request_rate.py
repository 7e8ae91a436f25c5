"""The requests per second of a model, from the series that count its requests: autoscalers scale by it."""

from typing import Final

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Object
from compiler.foundation.provenance import ComputedValue, Origin
from compiler.plan.context.emitter_evaluation import EmitterEvaluation
from compiler.plan.context.model_context import ContextValues, environment_of
from compiler.plan.emitters.emitter_templates import EmitterTemplates
from compiler.plan.slo.metric_series import counter_sli, invalid_series_finding
from compiler.plan.slo.sli_catalog import SliCatalog, SliSource, custom_source
from compiler.plan.slo.slo_labels import rule_labels
from compiler.resolve.resolved_model import ResolvedModel

RATE_WINDOW = "2m"
"""Long enough for two scrapes a minute apart, short enough for an autoscaler."""
_INDICATOR: Final = "availability"


def counter_source(model: ResolvedModel, catalog: SliCatalog) -> SliSource | None:
    """The counters of all requests of a model: its own, else the first that its target knows; `None` if nothing counts them."""
    custom = custom_source(model, _INDICATOR)
    if custom is not None:
        return custom if _has_counters(custom.spec) else None
    for entry in catalog.matching_entries():
        if isinstance(entry, Finding):
            return None
        source = catalog.source(*entry, _INDICATOR)
        if source is not None:
            return source if _has_counters(source.spec) else None
    return None


def _has_counters(spec: Object) -> bool:
    return "errors" in spec and ("total" in spec or "successes" in spec)


def request_rate(
    templates: EmitterTemplates, evaluation: EmitterEvaluation, context: ContextValues, source: SliSource
) -> ComputedValue | Finding:
    """The query of the requests per second over all replicas; a finding about series of the target."""
    spec = source.spec
    if source.is_from_catalog:
        rendered = templates.render_value(evaluation.emitter, source.spec, context, source.pointer)
        if isinstance(rendered, Finding):
            return rendered
        problem = invalid_series_finding(evaluation.emitter, rendered, source.pointer)
        if problem is not None:
            return problem
        spec = rendered if isinstance(rendered, dict) else spec
    labels = rule_labels(environment_of(evaluation.model).data.get("capabilities", {}))
    rate = counter_sli(spec, labels).total_rate(RATE_WINDOW)
    return ComputedValue(str(rate), (Origin("model", ("deploy", "scaling", "requestsPerSecond")),))
