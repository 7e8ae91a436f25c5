"""Which output paths are allowed. The rules are the same on every system: a path that one system refuses is refused on all."""

import re
import unicodedata

from compiler.foundation.safe_folder import INVISIBLE
from compiler.plan.conventions import LOCKS_FOLDER, STATE_FOLDER

__all__ = ["LOCKS_FOLDER", "STATE_FOLDER", "fold_path", "invalid_path_reason", "parent_folders"]

# Accepts the paths that outputs usually have at a quarter of the cost; the rules below decide all others.
_SAFE_PATH = re.compile(r"(?=.{1,200}\Z)(?:(?!con|prn|aux|nul|com|lpt)[a-z0-9_-]+(?:\.[a-z0-9_-]+)*(?:/(?!\Z)|\Z))+")

_INVALID_PATTERNS = (
    (re.compile(r"^$"), "is empty"),
    (re.compile(r"^/"), "is not relative"),
    (re.compile(r"(?:^|/)(?:/|$)"), "has an empty part"),
    (re.compile(r"(?:^|/)\.\.?(?:/|$)"), "has a part `.` or `..`"),
    (re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\\\ud800-\udfff]'), "holds a character that some systems refuse in names"),
    (INVISIBLE, "holds an invisible character, which macOS ignores"),
    (re.compile(r"[. ](?:/|$)"), "has a part that ends with a dot or a space, which Windows drops"),
    (re.compile(r"(?:^|/)(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?:\.|/|$)", re.IGNORECASE),
     "has a part that is the name of a device on Windows"),
    (re.compile(rf"(?:^|/)(?:\.git|{re.escape(STATE_FOLDER)}[^/]*)(?:/|$)", re.IGNORECASE),
     "is reserved for files of git or Modelyard"),
    (re.compile(r"(?:^|/)[^/.]{1,8}~[0-9]+(?:\.[^/]{0,3})?(?:/|$)"),
     "has a part that Windows interprets as the short name of another file"),
    (re.compile(r"[^/]{201}"), "has a part of more than 200 characters"),
)  # fmt: skip


def invalid_path_reason(path: str) -> str | None:
    """Why no file may have this path, as the end of a sentence; `None` if it is allowed."""
    if _SAFE_PATH.fullmatch(path):
        return None
    return next((reason for pattern, reason in _INVALID_PATTERNS if pattern.search(path)), None)


def fold_path(path: str) -> str:
    """The same for paths that are one file on systems that ignore case or Unicode composition."""
    return path.lower() if path.isascii() else unicodedata.normalize("NFC", path).casefold()


def parent_folders(path: str) -> list[str]:
    """The ancestors of a path, nearest first, without the root."""
    folders = []
    while "/" in path:
        path = path.rpartition("/")[0]
        folders.append(path)
    return folders
