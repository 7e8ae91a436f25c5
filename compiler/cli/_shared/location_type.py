"""The type of arguments that name a local path or a URI."""

import click
from click.shell_completion import CompletionItem

from compiler.foundation.errors import UsageError


class LocationType(click.types.StringParamType):
    """A local path, which shells complete, or a URI."""

    name = "location"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002 - click's signature
        """The location; raises `UsageError` for an empty one and for one with a character that no path has."""
        if not value or "\0" in value:
            raise UsageError("a location is neither empty nor contains the character NUL", help="Check the path.")
        return value

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002 - likewise
        incomplete: str,
    ) -> list[CompletionItem]:
        """Files and folders."""
        return [CompletionItem(incomplete, type="file")]
