"""The rows of the inventory as texts of files: those of rows that did not change are kept between runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from compiler.foundation.provenance import ContextValue, ObjectValue, RowsValue
from compiler.inventory.columns import COLUMNS, row_cells
from compiler.inventory.row import Row
from compiler.inventory.serialize import to_plain
from compiler.pipeline.inventory_codec import RowSummary, row_summary
from compiler.pipeline.result_kinds import ROW_CELLS, ROW_OBJECT
from compiler.resolve.digests import digest

if TYPE_CHECKING:
    from compiler.foundation.json_data import Json
    from compiler.foundation.rows import RowPrinter
    from compiler.pipeline.result_keeper import Result, ResultKeeper, ResultKind


@dataclass(frozen=True, slots=True)
class _RowEntry:
    """A row that is read when its text is not known, and the models that call its model."""

    result: Result[Row | None]
    digest: str
    callers: tuple[str, ...]

    def read(self) -> Row | None:
        row = self.result.value
        return replace(row, dependents=self.callers) if row is not None else None


class _RowsOfAllModels:
    """The rows of valid models, in one of the forms that templates see."""

    def __init__(
        self,
        entries: Sequence[_RowEntry],
        keeper: ResultKeeper,
        kind: ResultKind[str | None],
        to_json: Callable[[Row], Json],
        header: Json,
    ) -> None:
        self._entries, self._keeper, self._kind, self._to_json = entries, keeper, kind, to_json
        self.header = header

    def texts(self, printer: RowPrinter) -> Iterator[str | None]:
        """The text of each row; it is kept for as long as the row and its file are the same."""
        entries = {
            f"{entry.result.name} {digest([printer.key, entry.digest, *entry.callers])}": entry
            for entry in self._entries
        }

        def print_row(key: str) -> str | None:
            row = entries[key].read()
            return None if row is None else printer.print(self._to_json(row))

        names = list(entries)
        for result in self._keeper.obtain(self._kind, names, "", print_row):
            yield result.value
        self._keeper.forget_others(self._kind, names)


def rows_value(results: Sequence[Result[Row | None]], keeper: ResultKeeper) -> ContextValue:
    """The inventory as templates can insert it: `models`, and `table` with the names of columns first."""
    entries = list(_entries(results))
    titles: Json = list(COLUMNS)
    objects = _RowsOfAllModels(entries, keeper, ROW_OBJECT, to_plain, None)
    table = _RowsOfAllModels(entries, keeper, ROW_CELLS, _cells, titles)
    return ObjectValue({"models": RowsValue(objects), "table": RowsValue(table)})


def _cells(row: Row) -> Json:
    return [*row_cells(row, COLUMNS)]


def _entries(results: Sequence[Result[Row | None]]) -> Iterator[_RowEntry]:
    """The rows of valid models, each with the models that call its model."""
    summaries = [row_summary(result.summary) for result in results]
    callers = _callers({result.name: summary for result, summary in zip(results, summaries, strict=True)})
    for result, summary in zip(results, summaries, strict=True):
        if summary.is_valid:
            yield _RowEntry(result, summary.digest, tuple(callers.get(result.name, ())))


def _callers(summaries: Mapping[str, RowSummary]) -> Mapping[str, Mapping[str, None]]:
    callers: dict[str, dict[str, None]] = {}
    for name, summary in summaries.items():
        for callee in summary.callees:
            callers.setdefault(callee, {})[name] = None
    return callers
