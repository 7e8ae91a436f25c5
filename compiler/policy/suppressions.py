"""Comments that hide an advisory finding: `# modelyard: ignore[baseline/tier-is-argued]: why`, on its line, or alone above it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Enforcement, Finding, Place
from compiler.source.comments import comments
from compiler.spec.portfolio import Portfolio

_MARK = re.compile(r"modelyard\s*:\s*(?:\w+\s*\[|(?:ignore|disable|suppress|skip|noqa)\b)", re.IGNORECASE)
"""What was meant as such a comment, even where it is written in another way."""
_HINT = re.compile(r"modelyard\s*:")
"""What such a comment holds in small letters: a search that minds no case takes ten times as long."""
_COMMENT = re.compile(r"(?:^|\s)#\s*modelyard: ignore(?:\[(?P<names>[^\]]*)\])?(?::\s*(?P<reason>\S.*)?)?\s*$")


@dataclass(frozen=True, slots=True)
class _Comment:
    place: Place
    names: tuple[str, ...] = ()
    reason: str = ""
    is_alone: bool = True
    is_understood: bool = True


@dataclass
class Suppressions:
    """Every such comment of a portfolio; remembers which hid something."""

    portfolio: Portfolio
    _used: dict[Place, set[str]] = field(default_factory=dict)
    _refused: set[Place] = field(default_factory=set)

    def __post_init__(self) -> None:
        specs = [spec for kind in self.portfolio.specs.values() for spec in kind.values()]
        specs += [self.portfolio.project, *self.portfolio.defaults.values()]
        texts = {spec.document.path: spec.document.text for spec in specs}
        found = [comment for path, text in texts.items() if _is_hinted(text) for comment in _comments(path, text)]
        self._at = {(comment.place.path, comment.place.line): comment for comment in found}

    def reason(self, found: Finding) -> str | None:
        """Why the finding is hidden; `None` where it is not."""
        place = found.place
        if place is None or not self._at:
            return None
        for line in (place.line, place.line - 1):
            comment = self._at.get((place.path, line))
            is_for_this = comment is not None and (line == place.line or comment.is_alone)
            if comment is None or not is_for_this or found.code.id not in comment.names or not comment.reason:
                continue
            if found.code.enforcement is Enforcement.MANDATORY:
                self._refused.add(comment.place)
                continue
            self._used.setdefault(comment.place, set()).add(found.code.id)
            return comment.reason
        return None

    def findings(self, is_asked: Callable[[str], bool], is_known: Callable[[str], bool]) -> Iterator[Finding]:
        """Comments that hide nothing, or not what they would, once every model was judged by the policies that are asked.

        `is_known`: whether there is a policy of that name.
        """
        for comment in self._at.values():
            if not comment.is_understood:
                yield _found(comment, "the comment is not understood")
            elif not comment.names:
                yield _found(comment, "the comment names no policy")
            elif not comment.reason:
                yield _found(comment, "the comment gives no reason")
            elif comment.place in self._refused:
                message = "the comment cannot hide what is mandatory"
                yield _found(comment, message, "write a Waiver, and let somebody agree to it")
            else:
                used = self._used.get(comment.place, set())
                for name in comment.names:
                    if not is_known(name):
                        yield _found(comment, f"there is no policy `{name}`", "name one policy: a pack hides nothing")
                    elif name not in used and is_asked(name):
                        yield _found(comment, f"the comment hides nothing: {name} is not broken here", "remove it")


def _is_hinted(text: str) -> bool:
    return _HINT.search(text.lower()) is not None and _MARK.search(text) is not None


def _comments(path: str, text: str) -> Iterator[_Comment]:
    for place, comment in comments(text, path, _MARK):
        found = _COMMENT.search(comment)
        if found is None:
            yield _Comment(place, is_understood=False)
            continue
        names = tuple(name.strip() for name in (found["names"] or "").split(",") if name.strip())
        is_alone = not text.split("\n")[place.line - 1][: place.column - 1].strip()
        yield _Comment(place, names, (found["reason"] or "").strip(), is_alone)


def _found(comment: _Comment, message: str, help_: str | None = None) -> Finding:
    return Finding(codes.BAD_SUPPRESSION, message, comment.place, None, help_ or codes.BAD_SUPPRESSION.remedy)
