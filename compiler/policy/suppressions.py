"""Comments that suppress an advisory finding: `# modelyard: ignore[baseline/has-risk-tier]: why`, on its line or alone above it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Enforcement, Finding, Location
from compiler.policy.policy_usage import PolicyUsage, UsageRecorder
from compiler.source.comments import find_comments
from compiler.spec.portfolio import Portfolio, all_documents

_COMMENT_LIKE = re.compile(r"modelyard\s*:\s*(?:\w+\s*\[|(?:ignore|disable|suppress|skip|noqa)\b)", re.IGNORECASE)
"""Text that was probably meant as such a comment, even if it is misspelled."""
_COMMENT = re.compile(r"(?:^|\s)#\s*modelyard: ignore(?:\[(?P<names>[^\]]*)\])?(?::\s*(?P<reason>\S.*)?)?\s*$")


@dataclass(frozen=True, slots=True)
class _Comment:
    location: Location
    names: tuple[str, ...] = ()
    reason: str = ""
    is_on_own_line: bool = True
    is_valid: bool = True


@dataclass
class Suppressions:
    """Every suppression comment of a portfolio."""

    portfolio: Portfolio

    def __post_init__(self) -> None:
        documents = {spec.document.path: spec.document for spec in all_documents(self.portfolio)}
        texts = {path: document.text for path, document in documents.items() if document.has_tool_comments}
        parsed_comments = [
            comment
            for path, text in texts.items()
            if _may_have_comments(text)
            for comment in _parse_comments(path, text)
        ]
        self._comments_by_line = {
            (comment.location.path, comment.location.line): comment for comment in parsed_comments
        }

    def suppression_reason(self, finding: Finding, recorder: UsageRecorder) -> str | None:
        """Why the finding is suppressed; `None` if it is not. `recorder` receives the comments that name its policy."""
        location = finding.location
        if location is None or not self._comments_by_line:
            return None
        for line in (location.line, location.line - 1):
            comment = self._comments_by_line.get((location.path, line))
            is_for_this = comment is not None and (line == location.line or comment.is_on_own_line)
            if comment is None or not is_for_this or finding.code.id not in comment.names or not comment.reason:
                continue
            if finding.code.enforcement is Enforcement.MANDATORY:
                recorder.rejected_comments.add(comment.location)
                continue
            recorder.used_comments.add((comment.location, finding.code.id))
            return comment.reason
        return None

    def findings(
        self, usage: PolicyUsage, is_evaluated: Callable[[str], bool], is_known: Callable[[str], bool]
    ) -> Iterator[Finding]:
        """Comments that suppress nothing, or not what they name, once all evaluated policies are known.

        `is_known`: whether a policy has the name.
        """
        for comment in self._comments_by_line.values():
            if not comment.is_valid:
                yield _suppression_finding(comment, "the comment is not a valid `modelyard: ignore[POLICY]: REASON`")
            elif not comment.names:
                yield _suppression_finding(comment, "the comment names no policy")
            elif not comment.reason:
                yield _suppression_finding(comment, "the comment gives no reason")
            elif comment.location in usage.rejected_comments:
                message = "the comment cannot suppress a mandatory finding"
                yield _suppression_finding(comment, message, "write a Waiver, which needs an approval")
            else:
                for name in comment.names:
                    if not is_known(name):
                        yield _suppression_finding(
                            comment, f"there is no policy `{name}`", "name a single policy; a pack is not allowed here"
                        )
                    elif (comment.location, name) not in usage.used_comments and is_evaluated(name):
                        yield _suppression_finding(
                            comment, f"the comment suppresses nothing: {name} is not violated here", "remove it"
                        )


def _may_have_comments(text: str) -> bool:
    return _COMMENT_LIKE.search(text) is not None


def _parse_comments(path: str, text: str) -> Iterator[_Comment]:
    for location, comment in find_comments(text, path, _COMMENT_LIKE):
        match = _COMMENT.search(comment)
        if match is None:
            yield _Comment(location, is_valid=False)
            continue
        names = tuple(name.strip() for name in (match["names"] or "").split(",") if name.strip())
        is_on_own_line = not text.split("\n")[location.line - 1][: location.column - 1].strip()
        yield _Comment(location, names, (match["reason"] or "").strip(), is_on_own_line)


def _suppression_finding(comment: _Comment, message: str, help_: str | None = None) -> Finding:
    return Finding(codes.BAD_SUPPRESSION, message, comment.location, None, help_ or codes.BAD_SUPPRESSION.remedy)
