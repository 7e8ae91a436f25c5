"""Prometheus rules: what is recorded for an objective, and when alerts fire.

The set is Sloth's (https://sloth.dev, 17 rules per objective; its test/integration/prometheus/testdata/out-base.yaml.tpl): error
ratios over seven windows and over the period, the objective, its budget, the remaining budget, and one alert per severity.

The ratio over the period is not Sloth's, which is the mean of the five-minute ratios: at night one error in ten requests would count as
much as thousands in the day. Instead the errors and requests of five minutes are recorded, and the ratio divides their sums over the
period. Each rule is evaluated equally often, so both sums count each request equally often. Querying the counters over 90 days would be
far more expensive.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from compiler.plan import conventions
from compiler.plan.slo.burn_rates import RECORDING_WINDOWS, BurnRate, Severity, period_days
from compiler.plan.slo.indicators import SliRatio, absent, error_ratio
from compiler.plan.slo.objectives import FreshnessObjective, Objective
from compiler.plan.slo.promql import (
    Scalar,
    Series,
    Vector,
    aggregate,
    apply_function,
    binary_operation,
    constant_vector,
    current_time,
    instant_vector,
    multiline_operation,
    range_vector,
    scalar,
)
from compiler.spec.quantities import Duration

_SHORTEST_WINDOW: Final = RECORDING_WINDOWS[0]
DEFAULT_MISSING_DATA_DURATION: Final = Duration("1h")
"""Longer than a rollout, a restart of Prometheus or the time until the first request after either."""
Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SloIdentity:
    """The object that a series belongs to, and the labels that tell its cluster apart where several share a store."""

    project: str
    environment: str
    model: str
    external_labels: Labels = field(default_factory=dict[str, str])

    def labels(self, name: str) -> dict[str, str]:
        """The labels of every series of an objective or a signal."""
        return {
            conventions.ID_LABEL: f"{self.project}/{self.environment}/{self.model}/{name}",
            conventions.MODEL_LABEL: self.model,
            conventions.ENVIRONMENT_LABEL: self.environment,
            conventions.SLO_LABEL: name,
            **self.external_labels,
        }

    def recorded_series(self, metric: str, name: str) -> Series:
        """A recorded series of an objective or a signal."""
        id_label = (conventions.ID_LABEL, self.labels(name)[conventions.ID_LABEL])
        return Series(metric, (id_label,)).with_labels(self.external_labels)

    def all_series(self, metric: str, **labels: str) -> Series:
        """A recorded series of all of them."""
        return Series(
            metric,
            tuple(labels.items()),
            ((conventions.ID_LABEL, f"{self.project}/{self.environment}/{self.model}/.+"),),
        ).with_labels(self.external_labels)


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording rule."""

    record: str
    expr: Vector
    labels: Labels


@dataclass(frozen=True, slots=True)
class Alert:
    """An alerting rule; `for_duration` is how long its condition must be true."""

    name: str
    severity: Severity
    expr: Vector
    labels: Labels
    for_duration: Duration | None = None
    burn_rates: tuple[BurnRate, ...] = ()


def recording_rules(objective: Objective, ratio: SliRatio, identity: SloIdentity) -> Iterator[Recording]:
    """The recording rules of an objective."""
    name, labels, period = objective.name, identity.labels(objective.name), objective.period
    for window in RECORDING_WINDOWS:
        yield Recording(
            f"{conventions.ERROR_RATIO_SERIES}{window}",
            error_ratio(ratio, window),
            {**labels, conventions.WINDOW_LABEL: window},
        )
    if period not in RECORDING_WINDOWS:
        counts = {
            conventions.ERROR_COUNT_SERIES: ratio.bad_count(_SHORTEST_WINDOW),
            conventions.TOTAL_COUNT_SERIES: ratio.request_count(_SHORTEST_WINDOW),
        }
        for record, count in counts.items():
            yield Recording(record, count, {**labels, conventions.WINDOW_LABEL: _SHORTEST_WINDOW})
        errors, total = (
            apply_function("sum_over_time", range_vector(identity.recorded_series(record, name), period))
            for record in counts
        )
        ratio_of_sums = binary_operation(errors, "/", binary_operation(total, ">", scalar(0)))
        yield Recording(
            f"{conventions.ERROR_RATIO_SERIES}{period}",
            ratio_of_sums,
            {**labels, conventions.WINDOW_LABEL: period},
        )
    yield Recording(conventions.OBJECTIVE_SERIES, constant_vector(objective.target), labels)
    yield Recording(conventions.BUDGET_SERIES, constant_vector(objective.budget), labels)
    yield Recording(conventions.PERIOD_SERIES, constant_vector(period_days(period)), labels)
    budget = scalar(objective.budget)
    for record, window in (
        (conventions.CURRENT_BURN_SERIES, _SHORTEST_WINDOW),
        (conventions.PERIOD_BURN_SERIES, period),
    ):
        yield Recording(
            record,
            binary_operation(
                instant_vector(identity.recorded_series(f"{conventions.ERROR_RATIO_SERIES}{window}", name)), "/", budget
            ),
            labels,
        )
    yield Recording(
        conventions.BUDGET_REMAINING_SERIES,
        binary_operation(
            scalar(1), "-", instant_vector(identity.recorded_series(conventions.PERIOD_BURN_SERIES, name))
        ),
        labels,
    )


def burn_alerts(
    objective: Objective, ratio: SliRatio, identity: SloIdentity, min_requests: int | None
) -> Iterator[Alert]:
    """One alert per severity that errors can reach; silent while there are fewer than `min_requests` in the long window."""
    for severity in ("page", "ticket"):
        severity_burns = tuple(burn for burn in objective.burn_rates if burn.severity == severity)
        if severity_burns:
            expr = multiline_operation(
                [_burn_condition(objective, burn, ratio, identity, min_requests) for burn in severity_burns], "or"
            )
            yield Alert(
                conventions.ALERT_BURN,
                severity_burns[0].severity,
                expr,
                identity.labels(objective.name),
                burn_rates=severity_burns,
            )


def missing_data_alert(name: str, missing_data: Vector, identity: SloIdentity, duration: Duration) -> Alert:
    """The alert of an objective or a signal without data: every other alert about it is then silent."""
    return Alert(
        conventions.ALERT_NO_DATA,
        "ticket",
        missing_data,
        identity.labels(name),
        for_duration=duration,
    )


def _burn_condition(
    objective: Objective, burn: BurnRate, ratio: SliRatio, identity: SloIdentity, min_requests: int | None
) -> Vector:
    threshold = Scalar(f"({scalar(burn.factor)} * {scalar(objective.budget)})")
    conditions = []
    for window in (burn.short_window, burn.long_window):
        over_threshold = binary_operation(
            instant_vector(identity.recorded_series(f"{conventions.ERROR_RATIO_SERIES}{window}", objective.name)),
            ">",
            threshold,
        )
        conditions.append(aggregate("max", over_threshold, without=conventions.WINDOW_LABEL))
    in_both_windows = multiline_operation(conditions, "and")
    if min_requests is None:
        return in_both_windows
    has_traffic = binary_operation(ratio.request_count(burn.long_window), ">=", scalar(min_requests))
    return multiline_operation([Scalar(in_both_windows.text), has_traffic], "and on ()")


def run_age(last_run: Series) -> Vector:
    """The seconds since the last successful run."""
    return binary_operation(current_time(), "-", aggregate("max", instant_vector(last_run)))


def freshness_rules(
    freshness: FreshnessObjective, last_run: Series, identity: SloIdentity
) -> tuple[Recording, tuple[Alert, ...]]:
    """The age of the last successful run, and alerts if it is too old or there has been none for as long."""
    labels = identity.labels(freshness.name)
    recording = Recording(conventions.RUN_AGE_SERIES, run_age(last_run), labels)
    too_old = binary_operation(
        instant_vector(identity.recorded_series(conventions.RUN_AGE_SERIES, freshness.name)),
        ">",
        scalar(freshness.max_age.seconds),
    )
    stale = Alert(conventions.ALERT_STALE, "page", too_old, labels)
    return recording, (
        stale,
        Alert(conventions.ALERT_MISSING, "page", absent(last_run), labels, for_duration=freshness.max_age),
    )


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal of the running model, its series, and its threshold."""

    name: str
    series: Series
    threshold: float
    alerts_when_below: bool
    action: Severity
    """How the alert is reported: its severity."""
    response: str | None = None

    def build_rules(
        self, identity: SloIdentity, missing_data_duration: Duration
    ) -> tuple[Recording, tuple[Alert, ...]]:
        """The worst value of the series, and the alerts beyond the threshold and without a value."""
        worst = aggregate("min" if self.alerts_when_below else "max", instant_vector(self.series))
        labels = identity.labels(self.name)
        condition = binary_operation(
            instant_vector(identity.recorded_series(conventions.SIGNAL_SERIES, self.name)),
            "<" if self.alerts_when_below else ">",
            scalar(self.threshold),
        )
        alert = Alert(
            conventions.ALERT_SIGNAL,
            self.action,
            condition,
            {**labels, **self._report_labels()},
        )
        no_data = missing_data_alert(self.name, absent(self.series), identity, missing_data_duration)
        return Recording(conventions.SIGNAL_SERIES, worst, labels), (alert, no_data)

    def _report_labels(self) -> Mapping[str, str]:
        """The labels by which those who get the alert know what to do."""
        response = {conventions.RESPONSE_LABEL: self.response} if self.response else {}
        return {conventions.ACTION_LABEL: self.action, **response}
