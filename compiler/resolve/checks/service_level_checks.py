"""What alerts watch is no looser than what is promised, and what nothing watches is said with its reason."""

from collections.abc import Iterator, Mapping

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Object, Pointer, as_list, as_object, as_str
from compiler.resolve.cron import longest_gap
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.quantities import Duration, Percentage

_TIMES: Mapping[str, str] = {"latency": "answers within", "timeToFirstToken": "answers begun within"}


def check_promises(model: ResolvedModel) -> Iterator[Finding]:
    """Findings where an objective is looser than its promise, or leaves out a part of it."""
    sla, slo = as_object(model.data.get("sla")), as_object(model.data.get("slo"))
    promised, watched = sla.get("availability"), slo.get("availability")
    if promised and watched and Percentage(as_str(watched)).ratio < Percentage(as_str(promised)).ratio:
        message = f"the SLO watches {watched} availability, and the SLA promises {promised}"
        yield model.finding(codes.SLO_LOOSER, message, ("slo", "availability"), f"make it at least {promised}")
    promised, watched = sla.get("freshness"), slo.get("freshness")
    if promised and watched and Duration(as_str(watched)).milliseconds > Duration(as_str(promised)).milliseconds:
        message = f"the SLO waits {watched} for a run, and the SLA promises one every {promised}"
        yield model.finding(codes.SLO_LOOSER, message, ("slo", "freshness"), f"make it at most {promised}")
    yield from _fresh(model, sla, slo)
    for key, words in _TIMES.items():
        yield from _times(model, key, words, as_object(sla.get(key)), slo)


def _fresh(model: ResolvedModel, sla: Object, slo: Object) -> Iterator[Finding]:
    """A time since the last good run that the schedule itself exceeds."""
    schedule = as_str(as_object(as_object(model.data.get("deploy")).get("batch")).get("schedule"))
    gap = longest_gap(schedule) if schedule and ("freshness" in sla or "freshness" in slo) else None
    for root, said in (("sla", sla), ("slo", slo)):
        limit = as_str(said.get("freshness"))
        if gap is not None and limit and Duration(limit).milliseconds <= gap.total_seconds() * 1000:
            between = Duration(f"{int(gap.total_seconds())}s")
            message = f"a run is to end well every {limit}, and the schedule leaves up to {between} between two"
            help_ = f"say more than {between}, and the time that a run takes"
            yield model.finding(codes.TOO_FRESH, message, (root, "freshness"), help_)


def _times(model: ResolvedModel, key: str, words: str, promised: Object, slo: Object) -> Iterator[Finding]:
    objectives = [
        (Percentage(as_str(one["for"])).percent, Duration(as_str(one["under"])).milliseconds)
        for one in map(as_object, as_list(slo.get(key)))
    ]
    for quantile, bound in promised.items() if objectives else ():
        share, limit = Percentage(quantile[1:]).percent, Duration(as_str(bound)).milliseconds
        if not any(for_ >= share and under <= limit for for_, under in objectives):
            same = next((index for index, (for_, _) in enumerate(objectives) if for_ == share), None)
            pointer: Pointer = ("slo", key) if same is None else ("slo", key, same, "under")
            message = f"the SLA promises {share}% of {words} {bound}, and no objective watches that"
            help_ = f"add `{{under: {bound}, for: {share}%}}`" if same is None else f"make it at most {bound}"
            yield model.finding(codes.SLO_LOOSER, message, pointer, help_)
