"""Values that look like secrets, by the detectors of detect-secrets: those that know a shape, and none that guesses by entropy."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from compiler.foundation import resources
from compiler.foundation.json_data import Json, Object, Pointer, as_list, as_object, as_str

PACKAGE = "detect_secrets"
SUSPECTS = "suspects"
"""The variable of policies that needs the package."""
_SHORTEST = 8
_GUESSING = frozenset({"Base64HighEntropyString", "HexHighEntropyString", "IPPublicDetector"})
_NAMED = "KeywordDetector"
_ANYTHING = re.compile("")


def is_here() -> bool:
    """Whether the detectors are installed: they come with the extra `secrets`."""
    return resources.has_package(PACKAGE)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A value that looks like a secret: where it stands, and what it looks like."""

    root: str
    pointer: Pointer
    kind: str


@dataclass(frozen=True, slots=True)
class _Loaded:
    """The library's detectors, and what must be in whatever they find: to search for that costs a part of asking them."""

    shapes: tuple[Any, ...]
    searched: tuple[re.Pattern[str], ...]
    named: tuple[Any, ...]
    telling: re.Pattern[str]


class Detectors:
    """Detectors, made once; the package is imported when there is something to look at."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[str, str], str | None] = {}

    @cached_property
    def are_here(self) -> bool:
        """Whether there are any."""
        return is_here()

    def suspects(
        self, model: Object, source: Object, used: Mapping[str, Object] = MappingProxyType({})
    ) -> list[Suspect]:
        """Each value of a model, of its release's source and of the datasets that it uses that looks like a secret."""
        found: list[Suspect] = []
        for root, pointer, name, value in _values(model, source, used):
            kind = self._kind(name, value) if len(value) >= _SHORTEST else None
            if kind is not None:
                found.append(Suspect(root, pointer, kind))
        return found

    def _kind(self, name: str, value: str) -> str | None:
        if (name, value) not in self._kinds:
            self._kinds[name, value] = self._looked_at(name, value)
        return self._kinds[name, value]

    def _looked_at(self, name: str, value: str) -> str | None:
        known = self._loaded
        for detector in known.shapes if any(shape.search(value) for shape in known.searched) else ():
            if any(detector.analyze_string(value)):
                return str(detector.secret_type)
        line = f"{name} = '{value}'"
        if name and known.telling.search(line) and any(any(one.analyze_string(line)) for one in known.named):
            return "a value of that name"
        return None

    @cached_property
    def _loaded(self) -> _Loaded:
        from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class  # noqa: PLC0415 - a fifth of a second
        from detect_secrets.plugins.keyword import DENYLIST  # noqa: PLC0415 - likewise
        from detect_secrets.settings import default_settings  # noqa: PLC0415 - likewise

        with default_settings():
            classes: list[Any] = list(get_mapping_from_secret_type_to_class().values())
            shapes = tuple(one() for one in classes if one.__name__ not in {*_GUESSING, _NAMED})
            named = tuple(one() for one in classes if one.__name__ == _NAMED)
        searched = tuple(shape for one in shapes for shape in getattr(one, "denylist", (_ANYTHING,)))
        return _Loaded(shapes, searched, named, re.compile("|".join(DENYLIST), re.IGNORECASE))


def _values(model: Object, source: Object, used: Mapping[str, Object]) -> Iterator[tuple[str, Pointer, str, str]]:
    """Each text that reaches what runs: the root and place of it, a name that goes with it, and the text."""
    deploy = as_object(model.get("deploy"))
    for index, one in enumerate(map(as_object, as_list(deploy.get("env")))):
        yield "model", ("deploy", "env", index, "value"), as_str(one.get("name")), as_str(one.get("value"))
    yield from _texts("model", ("deploy", "options"), deploy.get("options"))
    yield from _texts("model", ("deploy", "patches"), deploy.get("patches"))
    yield from _texts("model", ("runtime",), model.get("runtime"))
    yield from _texts("release", ("source",), source)
    for root, data in used.items():
        for key in ("uri", "endpoint", "environments"):
            yield from _texts(root, (key,), data.get(key))


def _texts(root: str, pointer: Pointer, value: Json) -> Iterator[tuple[str, Pointer, str, str]]:
    if isinstance(value, str):
        yield root, pointer, next((part for part in reversed(pointer) if isinstance(part, str)), ""), value
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from _texts(root, (*pointer, key), child)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _texts(root, (*pointer, index), child)
