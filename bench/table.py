"""Budgets next to what was measured, as rows of text."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from budgets import BUDGETS, GROWTH_LIMIT, WALL, Budget
from fleets import SAMPLE
from results import Interval, Measurement, find
from scenarios import SCENARIOS, YARDSTICKS


@dataclass(frozen=True)
class BudgetRow:
    """One budget with its measurement."""

    work: str
    models: str
    budget: str
    measured: str
    comparisons: tuple[str, ...]
    is_met: bool | None
    """`None` without a limit."""

    @property
    def verdict(self) -> str:
        """Whether the budget is met."""
        return {True: "met", False: "**not met**", None: ""}[self.is_met]

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of its row."""
        return self.work, self.models, self.budget, self.measured, "; ".join(self.comparisons), self.verdict


HEADER = ("work", "models", "budget", "measured", "compared with", "")


def budget_rows(measurements: Sequence[Measurement]) -> Iterator[BudgetRow]:
    """The rows of all budgets that were measured."""
    for budget in BUDGETS:
        measurement = find(measurements, budget.scenario, budget.models)
        if measurement is not None:
            yield _budget_row(budget, measurement)
    yield from _growth_rows(measurements)


def _budget_row(budget: Budget, measurement: Measurement) -> BudgetRow:
    values = [budget.quantity.read(run, measurement) for run in measurement.runs]
    measured = Interval.from_values(values)
    is_met = None if budget.limit is None else measured.median <= budget.limit
    limit = "" if budget.limit is None else f"{format_number(budget.limit)} {budget.quantity.unit}"
    if budget.ratio_limit is not None and (ratios := ratios_to(budget.yardsticks[0], budget, measurement)):
        is_met = Interval.from_values(ratios).median <= budget.ratio_limit
        limit = f"{budget.ratio_limit:g} × {YARDSTICKS[budget.yardsticks[0]].title}"
    comparisons = tuple(_comparisons(budget, measurement))
    measured_text = f"{format_interval(measured)} {budget.quantity.unit}"
    models = "sample" if budget.models == SAMPLE else f"{budget.models:,}"
    return BudgetRow(SCENARIOS[budget.scenario].title, models, limit, measured_text, comparisons, is_met)


def _comparisons(budget: Budget, measurement: Measurement) -> Iterator[str]:
    for name in budget.yardsticks:
        ratios = ratios_to(name, budget, measurement)
        if ratios:
            yield f"{format_interval(Interval.from_values(ratios))} × {YARDSTICKS[name].title}"


def ratios_to(name: str, budget: Budget, measurement: Measurement) -> list[float]:
    """The ratio to the yardstick in each pair: of wall times where the budget is one, otherwise of CPU times."""
    runs = [run.wall if budget.quantity is WALL else run.cpu for run in measurement.runs]
    return [ours / theirs for ours, theirs in zip(runs, measurement.yardsticks.get(name, ()), strict=False) if theirs]


def _growth_rows(measurements: Sequence[Measurement]) -> Iterator[BudgetRow]:
    for scenario in ("build-cold", "check-cold"):
        small, large = (find(measurements, scenario, models) for models in (1000, 10_000))
        if small and large:
            growth = (
                Interval.from_values([run.cpu for run in large.runs]).median
                / Interval.from_values([r.cpu for r in small.runs]).median
            )
            title, limit = f"{SCENARIOS[scenario].title}: growth", f"{GROWTH_LIMIT:g} ×"
            yield BudgetRow(title, "1,000 → 10,000", limit, f"{growth:.1f} × CPU", (), growth <= GROWTH_LIMIT)


def format_interval(interval: Interval) -> str:
    """The median, and the smallest and largest value in parentheses if they differ."""
    if interval.low == interval.high:
        return format_number(interval.median)
    low, high = format_number(interval.low), format_number(interval.high)
    return f"{format_number(interval.median)} ({low}–{high})"


def format_number(value: float) -> str:
    """Three significant digits, and separators of thousands."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3  # noqa: PLR2004 - digits
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_table(header: Sequence[str], rows: Iterable[Sequence[str]], right_aligned: Sequence[int] = ()) -> str:
    """A Markdown table."""
    marks = ["---:" if index in right_aligned else "---" for index in range(len(header))]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (header, marks, *rows))
