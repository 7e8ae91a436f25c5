"""`modelyard check --fix`: fixes of findings, shown or written."""

import difflib
from codecs import BOM_UTF8
from collections.abc import Iterable
from pathlib import Path

from compiler.cli._shared.streams import print_status, write_output
from compiler.diagnostics.finding import Finding, Fix
from compiler.source.text_edits import apply_fixes
from compiler.source.tree import Tree
from compiler.write.replace_file import replace_content


def fix_files(findings: Iterable[Finding], tree: Tree, folder: Path, *, unsafe: bool, diff: bool) -> bool:
    """Write the fixes of findings into their files, or only show them; whether anything was written."""
    fixes: dict[str, list[Fix]] = {}
    for finding in findings:
        fix = finding.fix
        if fix is not None and (fix.safe or unsafe) and tree.has(fix.location.path):
            fixes.setdefault(fix.location.path, []).append(fix)
    applied_count = 0
    for path, file_fixes in sorted(fixes.items()):
        content = tree.read(path)
        text = content.removeprefix(BOM_UTF8).decode("utf-8")
        result = apply_fixes(text, file_fixes)
        applied_count += len(result.applied_fixes)
        if diff:
            write_output(format_diff(path, text, result.text), None)
        else:
            bom = BOM_UTF8 if content.startswith(BOM_UTF8) else b""
            replace_content(folder / path, content, bom + result.text.encode())
    verb = "would be mended" if diff else "mended"
    count_text = "1 place" if applied_count == 1 else f"{applied_count} places"
    print_status(f"{count_text} {verb} in {len(fixes)} {'file' if len(fixes) == 1 else 'files'}")
    return bool(applied_count) and not diff


def format_diff(path: str, old_text: str, new_text: str) -> str:
    """What changes in a file, as `diff -u` shows it."""
    lines = difflib.unified_diff(
        old_text.splitlines(keepends=True), new_text.splitlines(keepends=True), f"a/{path}", f"b/{path}"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
