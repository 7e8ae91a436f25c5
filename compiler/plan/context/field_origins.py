"""The fields of a model that each variable of a template is made of, for paths that templates and conditions access.

A field starts with `deploy`, `runtime`, `uses` or `source` (that of the release); `*` is an element of a list.
"""

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

from compiler.foundation.json_data import Pointer
from compiler.spec.language import TypeLanguage
from compiler.spec.target_fields import ELEMENT, MODEL_SECTIONS

_SETTINGS: tuple[Pointer, ...] = (
    ("source", "limits"),
    ("source", "timeLimit"),
    ("source", "parameters"),
    ("source", "tools"),
)
"""The fields that `settingsEnv` passes to the program."""
_IMAGE: tuple[Pointer, ...] = (("source", "image"), ("source", "digest"))
_CALLED: tuple[Pointer, ...] = (("uses", ELEMENT, "model"), ("uses", ELEMENT, "dataset"))
_FIELDS: Mapping[str, tuple[Pointer, ...]] = MappingProxyType(
    {
        "image": (("runtime", "image"), ("runtime", "digest")),
        "containerImages": tuple(
            ("deploy", "pod", key, ELEMENT, part)
            for key in ("initContainers", "containers")
            for part in ("name", "image", "digest")
        ),
        "files": (("source", "files"),),
        "filesHash": (("source", "files"),),
        "variables": (("uses",), ("deploy", "env"), ("source", "settingsEnv")),
        "secrets": (("deploy", "secrets"),),
        "egress": (*_CALLED, ("deploy", "egress")),
    }
)
"""Variables that are made of fields as a whole."""
_SECRET_PARTS: Mapping[str | int, str] = MappingProxyType({"path": "key", "property": "key"})


def accessed_fields(path: Pointer, language: TypeLanguage, source_keys: Collection[str]) -> Iterator[Pointer]:
    """The fields behind a path that starts with a variable of a template or a condition; the empty path is everything.

    `source_keys`: the keys of the release's source, on which some variables depend.
    """
    match path:
        case ():
            yield ()
        case ("model",):
            yield from ((section,) for section in MODEL_SECTIONS)
        case ("release",):
            yield ("source",)
        case ("model" | "release", *rest):
            yield tuple(rest)
        case ("deploy", *_):
            yield path
        case ("options", *rest):
            yield ("deploy", "options", *rest)
        case ("secrets", _, part, *_):
            yield ("deploy", "secrets", ELEMENT, _SECRET_PARTS.get(part, part))
        case ("componentImages", component, *_):
            yield from (("deploy", component, part) for part in ("image", "digest"))
        case ("network", *rest):
            yield from accessed_fields(tuple(rest), language, source_keys) if rest else ()
        case _:
            yield from _derived_fields(path, language, source_keys)


def _derived_fields(path: Pointer, language: TypeLanguage, source_keys: Collection[str]) -> Iterator[Pointer]:
    """The fields behind a path that starts with a computed variable."""
    variable, rest = str(path[0]), path[1:]
    yield from _FIELDS.get(variable, ())
    if variable == "uses":
        yield from _dependency_fields(rest, language)
    elif variable == "variables" and "settingsEnv" in source_keys:
        yield from _SETTINGS
    elif variable in {"files", "filesHash"} and "engine" in source_keys:
        yield ("source", "parameters")  # the files of an engine contain them
    elif variable == "image" and "image" in source_keys:
        yield from _IMAGE
    elif variable == "egress":
        yield from (annotation.pointer for annotation in language.egress_urls)
        yield from _steps(language)
    elif variable == "sourceFiles":
        keys = rest[:1] or tuple({annotation.pointer[1] for annotation in language.companion_files})
        yield from (("source", key) for key in keys)


def _dependency_fields(rest: Pointer, language: TypeLanguage) -> Iterator[Pointer]:
    """The fields behind a path below `uses`: a dependency of the model, or a step of its release."""
    match rest:
        case (_, "env", *_):
            yield ("uses", ELEMENT, "env")
        case (_, "step", *parts):
            yield from ((*step[:-1], *parts) for step in _steps(language))
        case (_, _, *_):
            yield from (*_CALLED, *_steps(language))
        case _:
            yield ("uses",)
            yield from (step[:-2] for step in _steps(language))


def _steps(language: TypeLanguage) -> list[Pointer]:
    """The fields of the release that name a model which the running model calls."""
    return [annotation.pointer for annotation in language.dependencies if annotation.value == "model"]
