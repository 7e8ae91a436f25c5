"""`modelyard check --fix`: fixes of findings, shown or written."""

import difflib
from codecs import BOM_UTF8
from collections.abc import Iterable
from pathlib import Path

from compiler.cli._shared.streams import emit, tell
from compiler.diagnostics.finding import Finding, Fix
from compiler.source.text_edits import apply_fixes
from compiler.source.tree import Tree
from compiler.write.replace_file import replace_content


def mend(findings: Iterable[Finding], tree: Tree, folder: Path, *, unsafe: bool, diff: bool) -> bool:
    """Write the fixes of findings into their files, or only show them; whether anything was written."""
    fixes: dict[str, list[Fix]] = {}
    for finding in findings:
        fix = finding.fix
        if fix is not None and (fix.safe or unsafe) and tree.has(fix.location.path):
            fixes.setdefault(fix.location.path, []).append(fix)
    made = 0
    for path, of_file in sorted(fixes.items()):
        before = tree.read(path)
        text = before.removeprefix(BOM_UTF8).decode("utf-8")
        done = apply_fixes(text, of_file)
        made += len(done.applied_fixes)
        if diff:
            emit(diffed(path, text, done.text), None)
        else:
            mark = BOM_UTF8 if before.startswith(BOM_UTF8) else b""
            replace_content(folder / path, before, mark + done.text.encode())
    verb = "would be mended" if diff else "mended"
    places = "1 place" if made == 1 else f"{made} places"
    tell(f"{places} {verb} in {len(fixes)} {'file' if len(fixes) == 1 else 'files'}")
    return bool(made) and not diff


def diffed(path: str, before: str, after: str) -> str:
    """What changes in a file, as `diff -u` shows it."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{path}", f"b/{path}"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
