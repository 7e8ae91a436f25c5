"""Which emitters that no model names apply to a model: by their own selector, and by the project's."""

from collections.abc import Callable, Iterator, Sequence

from compiler.diagnostics.finding import Finding
from compiler.plan.context.emitter_evaluation import condition_variables
from compiler.plan.emitters.conditions import ConditionEvaluator
from compiler.plan.emitters.emitter import Emitter, emitter_settings
from compiler.resolve.fleet import Fleet
from compiler.resolve.match_selectors import matches_selector
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import ModelSelectorData


class AddonSelector:
    """Selects among the emitters that no model names and that are enabled."""

    def __init__(self, fleet: Fleet, conditions: ConditionEvaluator, addons: Sequence[Emitter]) -> None:
        self._fleet = fleet
        self._conditions = conditions
        self._addons = addons

    def matching(self, model: ResolvedModel, is_wanted: Callable[[Emitter], bool]) -> Iterator[Emitter | Finding]:
        """Those of the wanted emitters that apply to the model."""
        use_case = self._fleet.portfolio.by_kind("UseCase").get(model.data.get("useCase", ""))
        use_case_data = use_case.data if use_case else None
        for emitter in filter(is_wanted, self._addons):
            if not all(
                matches_selector(model_selector, model.data, use_case_data)
                for model_selector in self._model_selectors(emitter)
            ):
                continue
            condition = emitter.model_selector.get("when")
            if not condition:
                yield emitter
                continue
            result = self._conditions.evaluate_condition(
                emitter, condition, ("supports", "when"), condition_variables(self._fleet, model, emitter)
            )
            if result is not False:
                yield result if isinstance(result, Finding) else emitter

    def _model_selectors(self, emitter: Emitter) -> Iterator[ModelSelectorData]:
        project_selector = emitter_settings(self._fleet.portfolio.project.data, emitter).get("match", {})
        yield from filter(None, (emitter.model_selector, project_selector))


def emits_per(*scopes: str) -> Callable[[Emitter], bool]:
    """Whether an emitter renders a file in one of these scopes."""
    return lambda emitter: any(rule.scope in scopes for rule in emitter.files)


def applies_to_deployments(emitter: Emitter) -> bool:
    """Whether an emitter renders files for a deployment, or has requirements of it."""
    return emits_per("deployment")(emitter) or bool(emitter.data.get("requires") or emitter.data.get("unsupported"))
