"""Rows about all models, such as an inventory, which a file can hold without any process holding all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from compiler.foundation.json_data import Json


class RowsReadError(Exception):
    """Something reads rows, instead of inserting all of them: they are needed in memory."""


class RowsMark(str):
    """Stands for rows in a document."""

    __slots__ = ("rows",)
    rows: Rows

    def __new__(cls, rows: Rows) -> Self:
        """The mark of rows."""
        mark = super().__new__(cls, "\ue000rows\ue000")
        mark.rows = rows
        return mark


class RowPrinter(Protocol):
    """Prints rows for one file."""

    @property
    def key(self) -> str:
        """What the text of a row depends on besides the row: two printers with one key print the same."""
        ...

    def print(self, row: Json) -> str | None:
        """The text of a row; `None` if the row may not be in the file."""
        ...


class Rows(Protocol):
    """The rows in their order, each as plain data."""

    @property
    def header(self) -> Json:
        """What comes before the rows, such as the names of columns; `None` if nothing does."""
        ...

    def texts(self, printer: RowPrinter) -> Iterator[str | None]:
        """The text of each row."""
        ...
