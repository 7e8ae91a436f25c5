"""What the models that a model asks come to together, as rules see it."""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str
from compiler.resolve.composite_sla import Composed, Part, composed
from compiler.spec.quantities import Duration, Percentage

_NUMBER: Object = {"type": "number"}
_TEXT: Object = {"type": "string"}


def _both(leaf: Object) -> dict[str, Json]:
    latency: Object = {"type": "object", "additionalProperties": leaf}
    return {"availability": leaf, "latency": latency}


SCHEMA: Object = {
    "type": "object",
    "properties": {**_both(_NUMBER), "shown": {"type": "object", "properties": _both(_TEXT)}},
}
"""Shares of one and seconds; under `shown` as people write them."""


class _Said(NamedTuple):
    """What is said of a model that is asked, as it is written."""

    name: str
    availability: str
    latency: tuple[tuple[str, str], ...]
    fallback: str
    required: bool = True
    weight: str = ""

    @property
    def part(self) -> Part:
        """The same in numbers."""
        times = {rank: Duration(bound).milliseconds for rank, bound in self.latency}
        exact = Percentage(self.availability).exact if self.availability else None
        weight = Percentage(self.weight).exact if self.weight else None
        return Part(self.name, exact, times, self.required, weight, self.fallback)


def together(source: Object, entries: Sequence[Object]) -> Object:
    """What the parts of a model come to: behind its router where its release has one, else as models that it asks each."""
    router, steps = as_str(source.get("router")), [as_object(step) for step in as_list(source.get("steps"))]
    named = {as_str(as_object(entry.get("model")).get("name")): entry for entry in entries}
    behind = [_step(step, named[as_str(step.get("model"))]) for step in steps if as_str(step.get("model")) in named]
    stepped = {as_str(step.get("model")) for step in steps}
    beside = [_said(name, entry) for name, entry in named.items() if name not in stepped]
    return _whole(router, tuple(behind), tuple(beside))


def _step(step: Object, entry: Object) -> _Said:
    is_required, weight = step.get("required") is not False, as_str(step.get("weight"))
    return _said(as_str(step.get("model")), entry)._replace(required=is_required, weight=weight)


def _said(name: str, entry: Object) -> _Said:
    sla = as_object(as_object(entry.get("model")).get("sla"))
    latency = tuple([(rank, as_str(bound)) for rank, bound in as_object(sla.get("latency")).items()])
    fallback = as_object(as_object(as_object(entry.get("release")).get("source")).get("fallback"))
    return _Said(name, as_str(sla.get("availability")), latency, as_str(fallback.get("model")))


@lru_cache(maxsize=1024)
def _whole(router: str, behind: tuple[_Said, ...], beside: tuple[_Said, ...]) -> Object:
    """Models are asked by many, and in each environment."""
    found = [composed(router, [said.part for said in behind])] if behind else []
    found += [composed("", [said.part for said in beside])] if beside else []
    return _shown(found)


def _shown(found: Sequence[Composed]) -> Object:
    shares = [one.availability for one in found]
    times: dict[str, int] = {}
    for one in found:
        for rank, time in one.times.items():
            times[rank] = max(times.get(rank, 0), time)
    numbers: dict[str, Json] = {"latency": {rank: time / 1000 for rank, time in times.items()}}
    shown: dict[str, Json] = {"latency": {rank: str(Duration(f"{time}ms")) for rank, time in times.items()}}
    if shares and all(share is not None for share in shares):
        whole = Fraction(1)
        for share in shares:
            whole *= share or 0
        numbers["availability"] = float(whole)
        shown["availability"] = f"{float(whole * 100):.6g}%"
    return {**numbers, "shown": shown}


def is_needed(source: Object, entry: Object) -> bool:
    """Whether a part has to answer for the whole to do so."""
    name = as_object(entry.get("model")).get("name")
    steps = (as_object(step) for step in as_list(source.get("steps")))
    return not any(step.get("model") == name and step.get("required") is False for step in steps)
