"""What templates see of a service level: objectives with their rules, signals with theirs, and what nothing watches."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str
from compiler.foundation.provenance import Derived, Origin, Origins, derived_list
from compiler.plan import conventions as names
from compiler.plan.context.model_context import Values, environment_of
from compiler.plan.matching.emitter_evaluation import Situation
from compiler.plan.planning_services import Planner
from compiler.plan.slo import burn_rates as windows
from compiler.plan.slo.indicators import Probed, Ratio, Timed
from compiler.plan.slo.metric_series import ratio, series, strange
from compiler.plan.slo.objectives import Freshness, Objective, Watched
from compiler.plan.slo.promql import Vector, aggregated, joined, number, selected
from compiler.plan.slo.recording_rules import (
    SEVERITIES,
    Alert,
    Identity,
    Recording,
    Signal,
    age,
    burn_alerts,
    freshness_rules,
    recordings,
)
from compiler.plan.slo.slo_plan import Level, Measured
from compiler.resolve.digests import digest
from compiler.spec.quantities import Percentage

_SHOWN = "5m"
"""The window of what is drawn."""
_RANKS = (Fraction(50, 100), Fraction(95, 100), Fraction(99, 100))
_SENTENCES = {
    "availability": "are answered",
    "latency": "of answers arrive",
    "timeToFirstToken": "of streamed answers begin",
}


@dataclass(frozen=True)
class _Telling:
    """What everything that is told of one model has in common."""

    planner: Planner
    ours: Situation
    of: Identity
    context: Values
    """What templates of the target see."""

    @property
    def slo(self) -> Object:
        """What the model says of its objectives."""
        return as_object(self.ours.model.data.get("slo"))


def told(planner: Planner, ours: Situation, level: Level, context: Values) -> tuple[Values, list[Finding]]:
    """What a level adds to a context, and what is wrong with what its target says of series."""
    model = ours.model
    of = Identity(planner.fleet.portfolio.project.name, environment_of(model).name, model.name)
    telling = _Telling(planner, ours, of, context)
    found = [_measured(telling, one) for one in level.measured]
    unwatched = [
        Derived(
            {"indicator": one.indicator, "name": one.name, "title": title(one), "reason": why},
            (Origin("model", one.pointer),),
        )
        for one, why in level.unwatched
    ]
    more: Values = {
        "objectives": derived_list([one for one in found if isinstance(one, Derived)], (Origin("model", ("slo",)),)),
        "signals": derived_list(list(_signals(telling)) if level.watches else [], (Origin("model", ("monitoring",)),)),
        "unwatched": derived_list(unwatched, (Origin("model", ("slo", "unwatched")),)),
        "level": Derived(_drawn(of, as_str(model.data.get("owner"))), (Origin("model", ("name",)),)),
    }
    return more, [one for one in found if isinstance(one, Finding)]


def _drawn(of: Identity, owner: str) -> Object:
    """What there is to draw of a model, whatever is watched of it; and what it and its owner are called where names must be short."""
    hour = joined(
        selected(of.all(f"{names.ERRORS}1h")), f"/ on ({names.ID}) group_left ()", selected(of.all(names.BUDGET))
    )
    told = aggregated("max", selected(of.all("ALERTS", alertstate="firing")), by=f"{names.SEVERITY}, {names.SLO}")
    series = {
        "budgetLeft": selected(of.all(names.BUDGET_LEFT)), "burnNow": selected(of.all(names.BURN_NOW)), "burnHour": hour,
        "errors": selected(of.all(f"{names.ERRORS}{_SHOWN}")), "age": selected(of.all(names.AGE)),
        "signals": selected(of.all(names.SIGNAL)), "alerts": told,
    }  # fmt: skip
    id_ = digest([of.project, of.environment, of.model]).removeprefix("sha256:")[:10]
    called = {"service": names.shortened(f"{of.environment}-{of.model}"), "team": names.shortened(owner, len("-ticket"))}
    return {"id": id_, **called, "series": {key: str(expr) for key, expr in series.items()}}


def title(watched: Watched) -> str:
    """An objective as a sentence without its subject."""
    if isinstance(watched, Freshness):
        return f"a run ends well every {watched.limit}"
    share = f"{number(watched.target * 100)}%"
    if watched.within is None:
        return f"{share} of requests {_SENTENCES['availability']}"
    return f"{share} {_SENTENCES[watched.indicator]} within {watched.within}"


def _measured(telling: _Telling, one: Measured) -> Derived | Finding:
    watched, source, emitter = one.watched, one.source, telling.ours.emitter
    said: Json = source.said
    if source.meter:
        filled = telling.planner.evaluate(emitter, source.said, telling.context, source.pointer)
        if isinstance(filled, Finding):
            return filled
        wrong = strange(emitter, filled, source.pointer)
        if wrong is not None:
            return wrong
        said = filled
    origins: Origins = (Origin("model", watched.pointer),)
    origins += () if source.meter else (Origin("model", source.pointer),)
    common = {**_common(telling, watched), "measuredBy": source.title}
    if isinstance(watched, Freshness):
        return Derived({**common, **_freshness(telling, watched, as_object(said))}, origins)
    return Derived({**common, **_objective(telling, watched, ratio(watched, as_object(said)))}, origins)


def _common(telling: _Telling, watched: Watched) -> dict[str, Json]:
    id_ = next(iter(telling.of.labels(watched.name).values()))
    runbook = telling.slo.get("runbook")
    whole = f"{telling.of.environment}-{telling.of.model}-{watched.name}"
    called = names.shortened(whole, len("-ticket-3d"))
    found: dict[str, Json] = {"name": watched.name, "id": id_, "resource": called, "indicator": watched.indicator, "title": title(watched)}
    return {**found, **({"runbook": runbook} if runbook else {})}


def _freshness(telling: _Telling, watched: Freshness, said: Object) -> dict[str, Json]:
    last = series(said)
    recording, alerts = freshness_rules(watched, last, telling.of)
    return {
        "limit": str(watched.limit), "limitSeconds": watched.limit.seconds, "age": str(age(last)),
        "recordings": [_recording(recording)], "alerts": [_alert(alert) for alert in alerts],
    }  # fmt: skip


def _objective(telling: _Telling, objective: Objective, of: Ratio) -> dict[str, Json]:
    said = telling.slo.get("leastRequests")
    least = said if isinstance(said, int) else None
    bad, all_ = of.counters()
    found: dict[str, Json] = {
        "target": float(objective.target), "percent": str(Percentage(f"{number(objective.target * 100)}%")),
        "budget": float(objective.budget), "period": objective.period, "days": windows.days(objective.period),
        "leastRequests": least,
        "counters": {"bad": str(bad), "all": str(all_)}, "counting": not isinstance(of, Probed),
        "rates": {"bad": str(of.bad(_SHOWN)), "all": str(of.all(_SHOWN))},
        "burns": [_burn(burn) for burn in objective.burns],
        "recordings": [_recording(one) for one in recordings(objective, of, telling.of)],
        "alerts": [_alert(one) for one in burn_alerts(objective, of, telling.of, least)],
    }  # fmt: skip
    if objective.within is not None and isinstance(of, Timed):
        second = of.bound * 1000 / objective.within.milliseconds
        times = [
            {"rank": f"p{number(rank * 100)}", "expr": str(_seconds(of.time(rank, _SHOWN), second))} for rank in _RANKS
        ]
        found |= {"within": str(objective.within), "withinSeconds": objective.within.seconds, "times": times}
    return {key: value for key, value in found.items() if value is not None}


def _seconds(time: Vector, second: Fraction) -> Vector:
    return time if second == 1 else joined(time, "/", number(second))


def _burn(burn: windows.Burn) -> Object:
    return {
        "severity": burn.severity, "short": burn.short, "long": burn.long, "spent": float(burn.spent), "factor": float(burn.factor),
    }  # fmt: skip


def _pace(burning: tuple[windows.Burn, ...]) -> str:
    """How fast errors must come for an alert to tell, in words."""
    return ", or ".join(
        f"more than {float(burn.factor):.4g} times as fast as the budget allows for {burn.long} and still for {burn.short}"
        for burn in burning
    )


def _recording(one: Recording) -> Object:
    return {"record": one.record, "expr": str(one.expr), "labels": dict(one.labels)}


def _alert(one: Alert) -> Object:
    found: dict[str, Json] = {
        "name": one.name,
        "severity": one.severity,
        "expr": str(one.expr),
        "labels": dict(one.labels),
    }
    found |= {"for": str(one.hold)} if one.hold else {}
    return {**found, **({"burns": [_burn(burn) for burn in one.burns], "pace": _pace(one.burns)} if one.burns else {})}


def _signals(telling: _Telling) -> Iterator[Derived]:
    """The signals that a series of the cluster holds; of others nothing in it knows."""
    for index, monitor in enumerate(map(as_object, as_list(telling.ours.model.data.get("monitoring")))):
        if "series" not in monitor:
            continue
        name, threshold = as_str(monitor["signal"]), monitor["threshold"]
        below, action = monitor.get("beyond") == "below", as_str(monitor["action"])
        bar = threshold if isinstance(threshold, int | float) else 0
        signal = Signal(name, series(as_object(monitor["series"])), bar, below, action)
        recording, alert = signal.rules(telling.of)
        found: dict[str, Json] = {
            "name": name, "id": telling.of.labels(name)[next(iter(telling.of.labels(name)))], "method": monitor.get("method"),
            "threshold": bar, "beyond": "below" if below else "above", "action": action, "severity": SEVERITIES[action],
            "expr": str(recording.expr), "recordings": [_recording(recording)], "alerts": [_alert(alert)],
        }  # fmt: skip
        yield Derived(
            {key: value for key, value in found.items() if value is not None}, (Origin("model", ("monitoring", index)),)
        )
