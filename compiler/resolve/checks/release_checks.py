"""What is wrong with what releases say, whether they run or not: quantities, names, numbers out of bounds, routers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding, Subject
from compiler.foundation.json_data import Json, Object, Pointer, as_list, as_object, as_str, dotted
from compiler.resolve.fleet import Fleet, Only, judged
from compiler.spec.language import TypeLanguage, matches
from compiler.spec.portfolio import Spec, release_contents
from compiler.spec.quantities import QUANTITIES, Percentage


@dataclass(frozen=True, slots=True)
class Published:
    """A release as its Model writes it: its content stands at `pointer` of the document."""

    spec: Spec
    pointer: Pointer
    content: Object

    @property
    def source(self) -> Object:
        """What the release is made of."""
        return as_object(self.content.get("source"))

    def finding(self, code: Code, message: str, below: Pointer, help_: str | None = None) -> Finding:
        """A finding at a place below the release."""
        written = (*self.pointer, *below)
        where = f"{dotted(below)}: {message}" if code is codes.BAD_VALUE else message
        return Finding(
            code, where, self.spec.document.place(written), Subject("Model", self.spec.name, None, written), help_
        )


def check_releases(fleet: Fleet, only: Only) -> Iterator[Finding]:
    """Every published release of the models that are judged, once."""
    for spec in judged(fleet, only):
        language = fleet.language.type(spec.text("type"))
        for version, content in release_contents(spec.data).items():
            release = Published(spec, () if "source" in spec.data else ("releases", version), content)
            yield from _quantities(release, language)
            yield from _twice(release, language)
            for check in CHECKS:
                yield from check(release)


def _quantities(release: Published, language: TypeLanguage) -> Iterator[Finding]:
    """Every quantity has a canonical form."""
    for mark in language.release_quantities:
        for pointer, value in matches(release.content, mark.pointer):
            try:
                QUANTITIES[mark.value](str(value))
            except ValueError as mistake:
                yield release.finding(codes.BAD_VALUE, str(mistake), pointer)


def _twice(release: Published, language: TypeLanguage) -> Iterator[Finding]:
    """Elements that are known by a name have one each."""
    for mark in language.release_names:
        for pointer, listed in matches(release.content, mark.pointer[:-1]):
            seen: set[str] = set()
            for index, element in enumerate(map(as_object, as_list(listed))):
                name = str(element.get(mark.value))
                if name in seen:
                    message = f"{dotted(pointer)} has two elements with the {mark.value} {name}"
                    written = (*pointer, index, mark.value)
                    yield release.finding(codes.DUPLICATE_NAME, message, written, "keep one of the two")
                seen.add(name)


def _parameters(release: Published) -> Iterator[Finding]:
    """What was chosen lies within what is sensible."""
    for index, parameter in enumerate(map(as_object, as_list(release.source.get("parameters")))):
        value, pointer = parameter.get("value"), ("source", "parameters", index)
        for key, said, is_out in (("min", "least", float.__lt__), ("max", "most", float.__gt__)):
            bound = parameter.get(key)
            if not isinstance(bound, int | float):
                continue
            if isinstance(value, bool) or not isinstance(value, int | float):
                message = f"`{value}` is no number, and has no {said}"
                yield release.finding(codes.BAD_VALUE, message, (*pointer, key), f"remove `{key}`, or choose a number")
            elif is_out(float(value), float(bound)):
                message = f"{value} is out of bounds: the {said} that is sensible is {bound}"
                help_ = f"choose another value, or change `{key}` and its reason"
                yield release.finding(codes.BAD_VALUE, message, (*pointer, "value"), help_)


def _measured(release: Published) -> Iterator[Finding]:
    """A metric is measured once on the same part of the same data."""
    seen: set[tuple[Json, ...]] = set()
    for index, said in enumerate(map(as_object, as_list(release.content.get("evaluations")))):
        key = (said.get("metric"), said.get("dataset"), said.get("slice"))
        if key in seen:
            message = f"evaluations has two numbers of {key[0]} for the same data"
            help_ = "keep one of the two, or say `slice` or `dataset`"
            yield release.finding(codes.DUPLICATE_NAME, message, ("evaluations", index, "metric"), help_)
        seen.add(key)


def _period(release: Published) -> Iterator[Finding]:
    """A period ends after it began."""
    period = as_object(release.source.get("estimationPeriod"))
    if period and as_str(period.get("to")) < as_str(period.get("from")):
        message = f"it ends before it begins ({period['from']})"
        yield release.finding(codes.BAD_VALUE, message, ("source", "estimationPeriod", "to"))


def _router(release: Published) -> Iterator[Finding]:
    """Steps say what their router asks for, and nothing that it does not look at."""
    router = as_str(release.source.get("router"))
    steps = [as_object(step) for step in as_list(release.source.get("steps"))] if router else []
    for index, step in enumerate(steps):
        for key, routers in _LOOKED_AT.items():
            if key in step and router not in routers:
                message = f"`{router}` does not look at it: it is for {' and '.join(f'`{one}`' for one in routers)}"
                yield release.finding(codes.BAD_VALUE, message, ("source", "steps", index, key), "remove it")
        if router == "splitter" and "weight" not in step:
            message, help_ = "a splitter needs the share of each step", "add `weight:`, such as 50%"
            yield release.finding(codes.BAD_VALUE, message, ("source", "steps", index), help_)
    if router == "splitter" and all("weight" in step for step in steps):
        yield from _shares(release, steps)


_LOOKED_AT: Mapping[str, tuple[str, ...]] = {
    "weight": ("splitter",),
    "when": ("switch", "sequence"),
    "data": ("sequence",),
}


def _shares(release: Published, steps: list[Object]) -> Iterator[Finding]:
    try:
        whole = sum(Percentage(as_str(step["weight"])).percent for step in steps)
    except ValueError:
        return  # said of the quantity itself
    if round(whole, 6) != 100:  # noqa: PLR2004 - per cent
        message = f"the weights add up to {whole:g}%"
        yield release.finding(codes.BAD_VALUE, message, ("source", "steps"), "make them 100% together")


CHECKS: tuple[Callable[[Published], Iterator[Finding]], ...] = (_parameters, _measured, _period, _router)
