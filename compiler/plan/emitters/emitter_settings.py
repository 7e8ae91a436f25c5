"""What a project says of emitters that no model names: which are on, and their options."""

from collections.abc import Iterator

from compiler.foundation.json_data import Object, as_object
from compiler.plan.emitters.emitter import Emitter, Emitters


def others(project: Object, emitters: Emitters) -> Iterator[Emitter]:
    """Emitters that no model names and that are on: as the project says, or as they say themselves."""
    for emitter in emitters.by_id.values():
        enabled = setting(project, emitter).get("enabled", emitter.data.get("enabled", True))
        if not emitter.is_target and enabled is not False:
            yield emitter


def setting(project: Object, emitter: Emitter) -> Object:
    """What the project says of an emitter."""
    return as_object(as_object(project.get("emitters")).get(emitter.id))


def project_options(project: Object, emitter: Emitter) -> Object:
    """The project's options for an emitter, with the defaults that it declares."""
    said = as_object(setting(project, emitter).get("options"))
    return emitter.with_options(said) if said else emitter.options
