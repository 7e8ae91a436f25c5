"""The objectives of a model in an environment: what its `slo` says, and of what it leaves out its `sla`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Object, Pointer, as_list, as_object, as_str
from compiler.plan.slo.burn_rates import PERIODS, Burn, burns
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.quantities import Duration, Percentage

_UNSAID: Final = "30d"
"""The window where neither the SLO nor the SLA says one: the one that the workbook's burn rates are made for."""
_TIMES: Final[Mapping[str, str]] = {"latency": "latency", "timeToFirstToken": "first-token"}


@dataclass(frozen=True, slots=True)
class Objective:
    """A share of requests that must be good over a period; `within` where they must be answered in time."""

    indicator: str
    name: str
    target: Fraction
    period: str
    pointer: Pointer
    """Where the share stands in the model."""
    within: Duration | None = None

    @property
    def budget(self) -> Fraction:
        """The share of requests that may be bad."""
        return 1 - self.target

    @property
    def burns(self) -> tuple[Burn, ...]:
        """The burn rates at which alerts tell, those left out that errors cannot reach."""
        return tuple(burn for burn in burns(self.period) if burn.can_happen(self.budget))


@dataclass(frozen=True, slots=True)
class Freshness:
    """The longest time since the last run that ended well."""

    limit: Duration
    pointer: Pointer
    indicator: str = "freshness"
    name: str = "freshness"


Watched = Objective | Freshness


@dataclass(frozen=True, slots=True)
class _Share:
    """An objective without its period."""

    indicator: str
    name: str
    target: Fraction
    pointer: Pointer
    within: Duration | None = None


def objectives(model: ResolvedModel) -> Iterator[Watched | Finding]:
    """What is watched of the model, and what is wrong with it; that an objective is no looser than its promise is checked elsewhere."""
    slo, sla = (as_object(model.data.get(key)) for key in ("slo", "sla"))
    root = "slo" if "freshness" in slo else "sla"
    limit = as_str(as_object(model.data.get(root)).get("freshness"))
    if limit:
        yield Freshness(Duration(limit), (root, "freshness"))
    shares = [*_availability(slo, sla), *(found for key in _TIMES for found in _times(key, slo, sla))]
    if shares:
        period = _period(model, slo, sla)
        yield from [period] if isinstance(period, Finding) else (_sound(model, share, period) for share in shares)


def _availability(slo: Object, sla: Object) -> Iterator[_Share]:
    root = "slo" if "availability" in slo else "sla"
    said = (slo if root == "slo" else sla).get("availability")
    if said:
        yield _Share("availability", "availability", Percentage(as_str(said)).exact, (root, "availability"))


def _times(key: str, slo: Object, sla: Object) -> Iterator[_Share]:
    """Objectives in time, the shortest time first; of two with one time the stricter."""
    strictest: dict[int, _Share] = {}
    for share in _said(key, slo, sla):
        time = share.within.milliseconds if share.within else 0
        if time not in strictest or strictest[time].target < share.target:
            strictest[time] = share
    yield from (strictest[time] for time in sorted(strictest))


def _said(key: str, slo: Object, sla: Object) -> Iterator[_Share]:
    for index, one in enumerate(map(as_object, as_list(slo.get(key)))):
        yield _time(key, as_str(one["for"]), as_str(one["under"]), ("slo", key, index, "for"))
    if not as_list(slo.get(key)):
        for rank, bound in as_object(sla.get(key)).items():
            yield _time(key, f"{rank[1:]}%", as_str(bound), ("sla", key, rank))


def _time(key: str, share: str, bound: str, pointer: Pointer) -> _Share:
    within = Duration(bound)
    return _Share(key, f"{_TIMES[key]}-{within}", Percentage(share).exact, pointer, within)


def _period(model: ResolvedModel, slo: Object, sla: Object) -> str | Finding:
    root = "slo" if "window" in slo else "sla"
    said = as_str((slo if root == "slo" else sla).get("window"))
    if not said or said in PERIODS:
        return said or _UNSAID
    message = f"burn rates are known for {', '.join(PERIODS[:-1])} and {PERIODS[-1]}, and the window is {said}"
    help_ = "set `slo.window` to one of them; what is promised may keep its own"
    return model.finding(codes.BAD_OBJECTIVE, message, (root, "window"), help_)


def _sound(model: ResolvedModel, share: _Share, period: str) -> Objective | Finding:
    if 0 < share.target < 1:
        return Objective(share.indicator, share.name, share.target, period, share.pointer, share.within)
    why = "leaves no budget: the first error would use it up" if share.target else "asks for nothing"
    message = f"an objective of {100 if share.target else 0}% {why}"
    return model.finding(
        codes.BAD_OBJECTIVE, message, share.pointer, "watch a share that may be missed now and then, such as 99.9%"
    )
