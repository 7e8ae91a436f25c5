"""The type of options that take a date."""

from datetime import datetime

import click


class DateType(click.DateTime):
    """A date; for another value, the error shows one."""

    name = "date"

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d"])

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The date; fails for any other value, such as `tomorrow` or `31.1.2027`."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"expected a date such as 2027-01-31 (year, month, day), found `{value}`", param, ctx)
