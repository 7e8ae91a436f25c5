"""Finds values that look like secrets with the detectors of detect-secrets: those for known formats, none based on entropy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from compiler.foundation import resources
from compiler.foundation.json_data import Json, Object, Pointer, plain_data
from compiler.spec.data_types import ModelData, SourceData

if TYPE_CHECKING:
    from compiler.policy.installed_detectors import DetectorSet

PACKAGE = "detect_secrets"
SUSPECTS_VARIABLE = "secretCandidates"
"""The policy variable that needs the package."""
_MIN_LENGTH = 8
_MAX_CACHED_TEXTS = 2048
"""Cached results: the environments of a model have most texts in common, and a large fleet has too many texts to keep."""


def is_available() -> bool:
    """Whether the detectors are installed, with the extra `secrets`."""
    return resources.has_package(PACKAGE)


@dataclass(frozen=True, slots=True)
class SecretCandidate:
    """A value that looks like a secret: where it is, and what it looks like."""

    root: str
    pointer: Pointer
    kind: str
    value: str = field(repr=False)


class SecretDetectors:
    """The detectors, created once; the package is imported on first use."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()
        self._cached_kind = lru_cache(maxsize=_MAX_CACHED_TEXTS)(self._detect_kind)

    @cached_property
    def are_available(self) -> bool:
        """Whether the detectors are installed."""
        return is_available()

    def find_candidates(
        self, model: ModelData, source: SourceData, datasets: Mapping[str, Object] = MappingProxyType({})
    ) -> list[SecretCandidate]:
        """The values of a model, of its release's source and of its datasets that look like secrets."""
        candidates: list[SecretCandidate] = []
        for root, pointer, name, value in _candidate_texts(model, source, datasets):
            kind = self._cached_kind(name, value) if len(value) >= _MIN_LENGTH else None
            if kind is not None:
                self._secrets.add(value)
                candidates.append(SecretCandidate(root, pointer, kind, value))
        return candidates

    @property
    def secrets(self) -> frozenset[str]:
        """The values that were detected so far."""
        return frozenset(self._secrets)

    def _detect_kind(self, name: str, value: str) -> str | None:
        detectors = self._detector_set
        for detector in (
            detectors.shape_detectors if any(pattern.search(value) for pattern in detectors.shape_patterns) else ()
        ):
            if any(detector.analyze_string(value)):
                return str(detector.secret_type)
        line = f"{name} = '{value}'"
        if (
            name
            and detectors.keyword_pattern.search(line)
            and any(any(keyword_detector.analyze_string(line)) for keyword_detector in detectors.keyword_detectors)
        ):
            return "a value of that name"
        return None

    @cached_property
    def _detector_set(self) -> DetectorSet:
        from compiler.policy.installed_detectors import installed_detectors  # noqa: PLC0415 - its package takes a fifth of a second

        return installed_detectors()


def _candidate_texts(
    model: ModelData, source: SourceData, datasets: Mapping[str, Object]
) -> Iterator[tuple[str, Pointer, str, str]]:
    """Each text that reaches what runs: its root and pointer, the name next to it, and the text."""
    deploy = model.get("deploy", {})
    for index, entry in enumerate(deploy.get("env", ())):
        yield "model", ("deploy", "env", index, "value"), entry.get("name", ""), entry.get("value", "")
    yield from _texts("model", ("deploy", "options"), deploy.get("options"))
    for index, patch in enumerate(deploy.get("patches", ())):
        yield from _texts("model", ("deploy", "patches", index), plain_data(patch))
    yield from _texts("model", ("runtime",), plain_data(model.get("runtime", {})))
    yield from _texts("release", ("source",), plain_data(source))
    for root, data in datasets.items():
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
