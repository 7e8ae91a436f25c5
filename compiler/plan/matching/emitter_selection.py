"""Which emitters that no model names make something of a model: what they take, and what the project leaves of it."""

from collections.abc import Callable, Iterable, Iterator

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Object, as_object, as_str
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.emitters.emitter_settings import setting
from compiler.plan.matching.emitter_evaluation import variables
from compiler.plan.planning_services import Planner
from compiler.resolve.match_selectors import selects
from compiler.resolve.resolved_model import ResolvedModel


def takers(planner: Planner, model: ResolvedModel, wanted: Iterable[Emitter]) -> Iterator[Emitter | Finding]:
    """Those of the wanted emitters that take the model."""
    environment = model.environment.data if model.environment else {}
    use_case = planner.fleet.portfolio.of("UseCase").get(as_str(model.data.get("useCase")))
    classes = use_case.data if use_case else {}
    for emitter in wanted:
        if not all(selects(one, model.data, environment, classes) for one in _asked(planner, emitter)):
            continue
        when = as_str(emitter.takes.get("when"))
        if not when:
            yield emitter
            continue
        held = planner.conditions.holds(emitter, when, ("takes", "when"), variables(planner, model, emitter))
        if held is not False:
            yield held if isinstance(held, Finding) else emitter


def makes(*pers: str) -> Callable[[Emitter], bool]:
    """Whether an emitter makes a file for one of these."""
    return lambda emitter: any(rule.per in pers for rule in emitter.files)


def judges(emitter: Emitter) -> bool:
    """Whether an emitter has something to do with a model where it runs: makes files there, needs or cannot do something."""
    return makes("deployment")(emitter) or bool(emitter.data.get("needs") or emitter.data.get("cannot"))


def _asked(planner: Planner, emitter: Emitter) -> Iterator[Object]:
    own = as_object(setting(planner.fleet.portfolio.project.data, emitter).get("takes"))
    return filter(None, (emitter.takes, own))
