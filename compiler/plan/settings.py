"""What a project says of emitters that no model names: which are on, and their options."""

from collections.abc import Iterator

from compiler.plan.emitter import Emitter
from compiler.plan.planner import Planner
from compiler.values import Object, as_object


def others(planner: Planner) -> Iterator[Emitter]:
    """Emitters that no model names and that are on: as the project says, or as they say themselves."""
    settings = as_object(planner.fleet.portfolio.project.data.get("emitters"))
    for emitter in planner.emitters.by_id.values():
        enabled = as_object(settings.get(emitter.id)).get("enabled", emitter.data.get("enabled", True))
        if not emitter.is_target and enabled is not False:
            yield emitter


def project_options(project: Object, emitter: Emitter) -> Object:
    """The project's options for an emitter, with the defaults that it declares."""
    said = as_object(as_object(as_object(project.get("emitters")).get(emitter.id)).get("options"))
    return emitter.with_options(said) if said else emitter.options
