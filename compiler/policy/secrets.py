"""Values that look like secrets, by the detectors of detect-secrets: those that know a shape, and none that guesses by entropy."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from compiler import resources
from compiler.values import Json, Object, Pointer, as_list, as_object, as_str

PACKAGE = "detect_secrets"
SUSPECTS = "suspects"
"""The variable of policies that needs the package."""
_SHORTEST = 8
_GUESSING = frozenset({"Base64HighEntropyString", "HexHighEntropyString", "IPPublicDetector"})
_NAMED = "KeywordDetector"


def is_here() -> bool:
    """Whether the detectors are installed: they come with the extra `secrets`."""
    return resources.has_package(PACKAGE)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A value that looks like a secret: where it stands, and what it looks like."""

    root: str
    pointer: Pointer
    kind: str


class Detectors:
    """Detectors, made once; the package is imported when there is something to look at."""

    def __init__(self) -> None:
        self._shapes: list[Any] | None = None
        self._searched: tuple[re.Pattern[str], ...] = ()
        """What the detectors of shapes search for; to search costs a third of asking them."""
        self._named: list[Any] = []
        self._telling: re.Pattern[str] | None = None
        """One of these words is in whatever the detectors of names find; to look for them costs a tenth of asking those."""
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
        if self._shapes is None:
            self._load()
        shapes = self._shapes if any(shape.search(value) for shape in self._searched) else ()
        for detector in shapes or ():
            if any(detector.analyze_string(value)):
                return str(detector.secret_type)
        line = f"{name} = '{value}'"
        if name and self._telling and self._telling.search(line) and any(any(one.analyze_string(line)) for one in self._named):
            return "a value of that name"
        return None

    def _load(self) -> None:
        from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class  # noqa: PLC0415 - a fifth of a second
        from detect_secrets.plugins.keyword import DENYLIST  # noqa: PLC0415 - likewise
        from detect_secrets.settings import default_settings  # noqa: PLC0415 - likewise

        with default_settings():
            classes: list[Any] = list(get_mapping_from_secret_type_to_class().values())
            self._shapes = [one() for one in classes if one.__name__ not in {*_GUESSING, _NAMED}]
            self._named = [one() for one in classes if one.__name__ == _NAMED]
        self._searched = tuple(shape for detector in self._shapes for shape in detector.denylist)
        self._telling = re.compile("|".join(DENYLIST), re.IGNORECASE)


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
