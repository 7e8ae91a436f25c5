"""The edits of `check --fix`: the fixes of findings, applied to the texts of their files."""

from codecs import BOM_UTF8
from collections.abc import Iterable
from dataclasses import dataclass

from compiler.diagnostics.finding import Finding, Fix
from compiler.source.text_edits import apply_fixes
from compiler.source.tree import Tree


@dataclass(frozen=True)
class FixedFile:
    """A file before and after its fixes."""

    path: str
    old_content: bytes
    new_content: bytes
    fix_count: int


def plan_fixes(findings: Iterable[Finding], tree: Tree, *, unsafe: bool) -> tuple[FixedFile, ...]:
    """Each file that has fixes, in order; `unsafe` includes fixes that may change the meaning."""
    fixes: dict[str, list[Fix]] = {}
    for finding in findings:
        fix = finding.fix
        if fix is not None and (fix.safe or unsafe) and tree.has(fix.location.path):
            fixes.setdefault(fix.location.path, []).append(fix)
    return tuple(_fix_file(path, tree.read(path), file_fixes) for path, file_fixes in sorted(fixes.items()))


def _fix_file(path: str, content: bytes, fixes: Iterable[Fix]) -> FixedFile:
    bom = BOM_UTF8 if content.startswith(BOM_UTF8) else b""
    result = apply_fixes(decode_text(content), fixes)
    return FixedFile(path, content, bom + result.text.encode(), len(result.applied_fixes))


def decode_text(content: bytes) -> str:
    """The text of a file, without its byte order mark."""
    return content.removeprefix(BOM_UTF8).decode("utf-8")
