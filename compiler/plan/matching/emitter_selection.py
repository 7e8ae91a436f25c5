"""Which emitters that no model names make something of a model: what they take, and what the project leaves of it."""

from collections.abc import Callable, Iterable, Iterator

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Object, as_object, as_str
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.emitters.emitter_settings import emitter_settings
from compiler.plan.matching.emitter_evaluation import condition_variables
from compiler.plan.planning_services import PlanningServices
from compiler.resolve.match_selectors import matches_selector
from compiler.resolve.resolved_model import ResolvedModel


def matching_emitters(
    services: PlanningServices, model: ResolvedModel, candidates: Iterable[Emitter]
) -> Iterator[Emitter | Finding]:
    """Those of the wanted emitters that take the model."""
    environment = model.environment.data if model.environment else {}
    use_case = services.fleet.portfolio.by_kind("UseCase").get(as_str(model.data.get("useCase")))
    use_case_data = use_case.data if use_case else {}
    for emitter in candidates:
        if not all(
            matches_selector(model_selector, model.data, environment, use_case_data)
            for model_selector in _model_selectors(services, emitter)
        ):
            continue
        condition = as_str(emitter.model_selector.get("when"))
        if not condition:
            yield emitter
            continue
        result = services.conditions.evaluate_condition(
            emitter, condition, ("takes", "when"), condition_variables(services, model, emitter)
        )
        if result is not False:
            yield result if isinstance(result, Finding) else emitter


def emits_per(*scopes: str) -> Callable[[Emitter], bool]:
    """Whether an emitter makes a file for one of these."""
    return lambda emitter: any(rule.scope in scopes for rule in emitter.files)


def applies_to_deployments(emitter: Emitter) -> bool:
    """Whether an emitter has something to do with a model where it runs: makes files there, needs or cannot do something."""
    return emits_per("deployment")(emitter) or bool(emitter.data.get("needs") or emitter.data.get("cannot"))


def _model_selectors(services: PlanningServices, emitter: Emitter) -> Iterator[Object]:
    project_selector = as_object(emitter_settings(services.fleet.portfolio.project.data, emitter).get("takes"))
    return filter(None, (emitter.model_selector, project_selector))
