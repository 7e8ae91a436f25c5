"""What a project says of emitters that no model names: which are on, and their options."""

from collections.abc import Iterator

from compiler.foundation.json_data import Object, as_object
from compiler.plan.emitters.emitter import Emitter, Emitters


def enabled_addons(project: Object, emitters: Emitters) -> Iterator[Emitter]:
    """Emitters that no model names and that are on: as the project says, or as they say themselves."""
    for emitter in emitters.by_id.values():
        is_enabled = emitter_settings(project, emitter).get("enabled", emitter.data.get("enabled", True))
        if not emitter.is_target and is_enabled is not False:
            yield emitter


def emitter_settings(project: Object, emitter: Emitter) -> Object:
    """What the project says of an emitter."""
    return as_object(as_object(project.get("emitters")).get(emitter.id))


def project_emitter_options(project: Object, emitter: Emitter) -> Object:
    """The project's options for an emitter, with the defaults that it declares."""
    values = as_object(emitter_settings(project, emitter).get("options"))
    return emitter.options_with_defaults(values) if values else emitter.default_options
