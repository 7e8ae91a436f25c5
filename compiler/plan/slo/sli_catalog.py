"""Where each objective is measured: as the model says, as the first meter of its target that can, or an honest no."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note
from compiler.foundation.json_data import Json, Object, Pointer, as_list, as_object, as_str
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.slo.objectives import Objective, Watched
from compiler.resolve.resolved_model import ResolvedModel

_PER_SECOND: Final[Mapping[str, int]] = {"seconds": 1, "milliseconds": 1000}
_WORDS: Final[Mapping[str, str]] = {
    "availability": "how often {} answers",
    "latency": "how long answers of {} take",
    "timeToFirstToken": "how long streamed answers of {} take to begin",
    "freshness": "when a run of {} last ended well",
}
_SHOWN: Final = 2


@dataclass(frozen=True, slots=True)
class Source:
    """What measures an objective, and what it says of its series: in the model, or in emitter.yaml."""

    title: str
    said: Object
    pointer: Pointer
    meter: bool


@dataclass(frozen=True)
class Meters:
    """The meters of a target, whether each is for the model, and what the Environment has; a finding where that could not be asked."""

    emitter: Emitter
    fits: Sequence[bool | Finding]
    capabilities: Object

    def fitting(self) -> Iterator[tuple[int, Object] | Finding]:
        """Those that are for the model, whether they are there or not."""
        for index, (meter, fits) in enumerate(zip(as_list(self.emitter.data.get("sli")), self.fits, strict=True)):
            if isinstance(fits, Finding):
                yield fits
            elif fits:
                yield index, as_object(meter)

    def is_there(self, meter: Object) -> bool:
        """Whether the Environment has what the meter needs."""
        found: Json = self.capabilities
        for part in filter(None, as_str(meter.get("needs")).split(".")):
            found = as_object(found).get(part)
        return found not in {None, False} if isinstance(found, bool | None) else True


def source(model: ResolvedModel, watched: Watched, meters: Meters) -> Source | Finding:
    """What measures an objective, or why nothing does."""
    key = watched.indicator
    own = as_object(as_object(as_object(model.data.get("slo")).get("indicators")).get(key))
    if own:
        return Source("the model's own indicator", own, ("slo", "indicators", key), meter=False)
    fitting = list[Object]()
    for found in meters.fitting():
        if isinstance(found, Finding):
            return found
        index, meter = found
        if key in meter and meters.is_there(meter):
            return Source(as_str(meter["name"]), as_object(meter[key]), ("sli", index, key), meter=True)
        fitting.append(meter)
    return _nothing(model, watched, meters, fitting)


def _nothing(model: ResolvedModel, watched: Watched, meters: Meters, fitting: Sequence[Object]) -> Finding:
    key, environment = watched.indicator, model.environment.name if model.environment else ""
    lacking = [as_str(as_object(meter.get("lacks")).get(key)) for meter in fitting if meters.is_there(meter)]
    why = "; ".join(dict.fromkeys(filter(None, lacking))) or f"{meters.emitter.title} knows nothing that does"
    instead = {f"the capability `{meter['needs']}` ({meter['name']})": None for meter in fitting if key in meter}
    message = f"nothing measures in {environment} {_WORDS[key].format(model.name)}: {why}"
    given = f"give the Environment {' or '.join(instead)}; or " if instead else ""
    help_ = f"{given}say where it is measured under `slo.indicators.{key}`, or why it is not: `slo: {{unwatched: {{{key}: …}}}}`"
    found = model.finding(codes.NOT_WATCHED, message, watched.pointer, help_, here=True)
    note = Note(f"what {meters.emitter.id} knows to measure is said here", meters.emitter.place(("sli",)))
    return replace(found, notes=(note,))


def bound(objective: Objective, said: Object) -> Fraction:
    """The time of an objective, in the unit of the histogram that measures it."""
    milliseconds = objective.within.milliseconds if objective.within else 0
    return Fraction(milliseconds, 1000) * _PER_SECOND[as_str(said.get("unit")) or "seconds"]


def off_bounds(model: ResolvedModel, objective: Objective, found: Source) -> Finding | None:
    """A time that is no bound of the histogram's buckets, where those are known: nobody can tell how many answers were within it."""
    known = [Fraction(str(one)) for one in as_list(found.said.get("bounds"))]
    wanted = bound(objective, found.said)
    if objective.within is None or not known or wanted in known:
        return None
    unit = as_str(found.said.get("unit")) or "seconds"
    near = sorted(sorted(known, key=lambda one: abs(one - wanted))[:_SHOWN])
    shown = " or ".join(_time(one, unit) for one in near)
    message = f"{found.title} counts answers up to fixed times, and {objective.within} is none of them"
    help_ = f"watch {shown}; where that is shorter, what is promised may stay as it is"
    return model.finding(codes.NOT_A_BOUND, message, _within(objective), help_)


def _within(objective: Objective) -> Pointer:
    """Where the time stands: beside the share of an SLO, or behind the rank of an SLA."""
    return (*objective.pointer[:-1], "under") if objective.pointer[-1] == "for" else objective.pointer


def _time(bound_: Fraction, unit: str) -> str:
    milliseconds = bound_ * 1000 / _PER_SECOND[unit]
    if milliseconds >= 1000:  # noqa: PLR2004 - a second
        return f"{float(milliseconds / 1000):g}s"
    return f"{float(milliseconds):g}ms"


def reason(model: ResolvedModel, watched: Watched) -> str:
    """Why nothing is to measure an objective, where the model says so."""
    said: Json = as_object(as_object(model.data.get("slo")).get("unwatched")).get(watched.indicator)
    return as_str(said)
