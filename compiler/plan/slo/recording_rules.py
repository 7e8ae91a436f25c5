"""Rules of Prometheus: what is recorded of an objective, and when somebody is told.

The set is Sloth's (https://sloth.dev, 17 rules an objective; its test/integration/prometheus/testdata/out-base.yaml.tpl): shares of errors
in seven windows and over the period, the objective, its budget, what is left of it, and an alert a severity. The share over the period
is the mean of the shares of five minutes, as there, for what a counter did 90 days ago is read far less often than what was recorded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from compiler.plan import conventions as names
from compiler.plan.slo.burn_rates import RECORDED, Burn, Severity, days
from compiler.plan.slo.indicators import Ratio, error_ratio
from compiler.plan.slo.objectives import Freshness, Objective
from compiler.plan.slo.promql import (
    Scalar,
    Series,
    Vector,
    aggregated,
    applied,
    constant,
    joined,
    lines,
    now,
    number,
    over,
    selected,
)
from compiler.spec.quantities import Duration

_SHORTEST: Final = RECORDED[0]
Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Identity:
    """What a series is of."""

    project: str
    environment: str
    model: str

    def labels(self, name: str) -> dict[str, str]:
        """The labels that every series of an objective or a signal has."""
        return {
            names.ID: f"{self.project}/{self.environment}/{self.model}/{name}",
            names.MODEL: self.model,
            names.ENVIRONMENT: self.environment,
            names.SLO: name,
        }

    def series(self, metric: str, name: str) -> Series:
        """What was recorded of an objective or a signal."""
        return Series(metric, ((names.ID, self.labels(name)[names.ID]),))

    def all(self, metric: str, **labels: str) -> Series:
        """What was recorded of each of them."""
        return Series(
            metric, tuple(labels.items()), ((names.ID, f"{self.project}/{self.environment}/{self.model}/.+"),)
        )


@dataclass(frozen=True, slots=True)
class Recording:
    """A series that Prometheus makes of others."""

    record: str
    expr: Vector
    labels: Labels


@dataclass(frozen=True, slots=True)
class Alert:
    """When somebody is told, and how urgently; `hold`: how long it must be so."""

    name: str
    severity: Severity
    expr: Vector
    labels: Labels
    hold: Duration | None = None
    burns: tuple[Burn, ...] = ()


def recordings(objective: Objective, ratio: Ratio, of: Identity) -> Iterator[Recording]:
    """What is recorded of an objective."""
    name, labels, period = objective.name, of.labels(objective.name), objective.period
    for window in RECORDED:
        yield Recording(f"{names.ERRORS}{window}", error_ratio(ratio, window), {**labels, names.WINDOW: window})
    if period not in RECORDED:
        shares = of.series(f"{names.ERRORS}{_SHORTEST}", name)
        mean = joined(
            applied("sum_over_time", over(shares, period)), "/", applied("count_over_time", over(shares, period))
        )
        yield Recording(f"{names.ERRORS}{period}", mean, {**labels, names.WINDOW: period})
    yield Recording(names.OBJECTIVE, constant(objective.target), labels)
    yield Recording(names.BUDGET, constant(objective.budget), labels)
    yield Recording(names.PERIOD, constant(days(period)), labels)
    budget = number(objective.budget)
    for record, window in ((names.BURN_NOW, _SHORTEST), (names.BURN_PERIOD, period)):
        yield Recording(record, joined(selected(of.series(f"{names.ERRORS}{window}", name)), "/", budget), labels)
    yield Recording(names.BUDGET_LEFT, joined(number(1), "-", selected(of.series(names.BURN_PERIOD, name))), labels)


def burn_alerts(objective: Objective, ratio: Ratio, of: Identity, least: int | None) -> Iterator[Alert]:
    """An alert for each severity that errors can reach; silent while fewer than `least` requests came in the long window."""
    for severity in ("page", "ticket"):
        burning = tuple(burn for burn in objective.burns if burn.severity == severity)
        if burning:
            told = lines([_burning(objective, burn, ratio, of, least) for burn in burning], "or")
            yield Alert(names.ALERT_BURN, burning[0].severity, told, of.labels(objective.name), burns=burning)


def _burning(objective: Objective, burn: Burn, ratio: Ratio, of: Identity, least: int | None) -> Vector:
    threshold = Scalar(f"({number(burn.factor)} * {number(objective.budget)})")
    sides = []
    for window in (burn.short, burn.long):
        above = joined(selected(of.series(f"{names.ERRORS}{window}", objective.name)), ">", threshold)
        sides.append(aggregated("max", above, without=names.WINDOW))
    both = lines(sides, "and")
    if least is None:
        return both
    enough = joined(ratio.asked(burn.long), ">=", number(least))
    return lines([Scalar(both.text), enough], "and on ()")


def age(last: Series) -> Vector:
    """The seconds since the last run that ended well."""
    return joined(now(), "-", aggregated("max", selected(last)))


def freshness_rules(freshness: Freshness, last: Series, of: Identity) -> tuple[Recording, tuple[Alert, ...]]:
    """The age of the last good run, and who is told when it is too old, or when there has been none for as long."""
    labels = of.labels(freshness.name)
    recording = Recording(names.AGE, age(last), labels)
    too_old = joined(selected(of.series(names.AGE, freshness.name)), ">", number(freshness.limit.seconds))
    missing = Vector(f"absent({selected(last)})")
    stale = Alert(names.ALERT_STALE, "page", too_old, labels)
    return recording, (stale, Alert(names.ALERT_NEVER, "page", missing, labels, hold=freshness.limit))


SEVERITIES: Final[Mapping[str, Severity]] = MappingProxyType(
    {"alert": "page", "rollback": "page", "ticket": "ticket", "retrain": "ticket"}
)
"""How urgently somebody is told of what a signal asks for: a retraining waits for the morning, a rollback does not."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal of the running model, the series that holds it, and its bar."""

    name: str
    series: Series
    threshold: float
    below: bool
    action: str

    def rules(self, of: Identity) -> tuple[Recording, Alert]:
        """The worst that the series says, and who is told when that is beyond the bar."""
        worst = aggregated("min" if self.below else "max", selected(self.series))
        labels = of.labels(self.name)
        beyond = joined(
            selected(of.series(names.SIGNAL, self.name)), "<" if self.below else ">", number(self.threshold)
        )
        told = Alert(names.ALERT_SIGNAL, SEVERITIES[self.action], beyond, {**labels, names.ACTION: self.action})
        return Recording(names.SIGNAL, worst, labels), told
