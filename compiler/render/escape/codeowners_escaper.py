"""Values in CODEOWNERS files: a path starts a line, and its owners follow.

GitHub: "About code owners", syntax and its exceptions (docs.github.com); `[` and `]` must be escaped with a backslash, as must
spaces. GitLab: "Syntax of `CODEOWNERS` file" and "Advanced `CODEOWNERS` configuration" (docs.gitlab.com), which matches with Ruby's
`File.fnmatch`. A backslash in the path itself would escape the space before the owners.
"""

import re
from typing import ClassVar

from compiler.templating.interpolation import quoted_excerpt
from compiler.templating.template_errors import ValueRejectedError

_INVISIBLE = r"\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\t"
_SPECIAL = frozenset("*?[] ")
_EMAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
_SECTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]*")


class CodeownersEscaper:
    """A line is a pattern with its owners, or a section heading, whose values are plain words."""

    encoder_name: ClassVar[str] = ""
    forge: ClassVar[str]
    unmatchable: ClassVar[re.Pattern[str]]
    """Stands for characters that a pattern cannot express; it matches any one character."""
    handle: ClassVar[re.Pattern[str]]

    def __init__(self) -> None:
        self._line = ""

    def feed(self, literal: str) -> None:
        """Record the line so far."""
        self._line = (self._line + literal).rpartition("\n")[2]

    def escape(self, value: str, *, is_encoded: bool) -> str:  # noqa: ARG002 - encoded values are treated like others here
        """A pattern that matches only the path, as far as the forge can express that; a handle of the forge; or a plain word."""
        output = self._escape_value(value)
        self._line += output
        return output

    def _escape_value(self, value: str) -> str:
        if not self._line:
            return self.path_pattern(value)
        if self._line.startswith(("[", "^[")):
            if _SECTION.fullmatch(value):
                return value
            raise ValueRejectedError(
                f"{quoted_excerpt(value)} is not a plain word, but is inserted into the heading of a section"
            )
        if self.handle.fullmatch(value):
            return value
        raise ValueRejectedError(
            f"{quoted_excerpt(value)} is not a valid handle in {self.forge}",
            help="write a user, a team or an email address in its syntax",
        )

    def path_pattern(self, path: str) -> str:
        """The path from the repository's root, with every special character escaped."""
        if not path.startswith("/") or "//" in path:
            raise ValueRejectedError(f"{quoted_excerpt(path)} is not a path from the root")
        return "".join(
            "?" if self.unmatchable.match(character) else f"\\{character}" if character in _SPECIAL else character
            for character in path
        )


class GitHubCodeownersEscaper(CodeownersEscaper):
    """GitHub's CODEOWNERS: `#` starts a comment anywhere, and cannot be escaped."""

    forge: ClassVar[str] = "GitHub"
    unmatchable: ClassVar[re.Pattern[str]] = re.compile(f"[{_INVISIBLE}#]")
    handle: ClassVar[re.Pattern[str]] = re.compile(
        rf"@[A-Za-z0-9][A-Za-z0-9_-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)?|{_EMAIL}"
    )


class GitLabCodeownersEscaper(CodeownersEscaper):
    """GitLab's CODEOWNERS: nested groups, and roles of the project."""

    forge: ClassVar[str] = "GitLab"
    unmatchable: ClassVar[re.Pattern[str]] = re.compile(f"[{_INVISIBLE}]")
    handle: ClassVar[re.Pattern[str]] = re.compile(
        rf"@[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*|@@(?:developer|maintainer|owner)s?|{_EMAIL}"
    )
