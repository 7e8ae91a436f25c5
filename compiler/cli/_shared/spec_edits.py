"""What the commands that edit specs do with an edit: show it, write it, or say why there is none."""

from __future__ import annotations

from codecs import BOM_UTF8
from typing import TYPE_CHECKING

import click

from compiler.cli._shared.fixes import diffed
from compiler.cli._shared.streams import emit, tell, wants_colour
from compiler.report import REPORTERS, Report
from compiler.write.replace_file import replace_content

if TYPE_CHECKING:
    from pathlib import Path

    from compiler.edit.edit_session import EditOutcome
    from compiler.pipeline.session import Session


def finish(run: Session, folder: Path, outcome: EditOutcome, *, diff: bool) -> None:
    """Write an edit and say on stdout what it is, or show it; ends with 1 where it may not be made."""
    if isinstance(outcome, tuple):
        emit(REPORTERS["text"](Report(outcome, run.read_text, run.summary, colour=wants_colour())), None)
        tell("nothing was written")
        raise click.exceptions.Exit(1)
    if outcome.skipped_findings:
        tell(REPORTERS["text"](Report(outcome.skipped_findings, run.read_text, run.summary, colour=False)).rstrip())
    for path, after in sorted(outcome.files.items()):
        before = run.tree.read(path)
        if diff:
            emit(diffed(path, _text(before), _text(after)), None)
        else:
            replace_content(folder / path, before, after)
            tell(f"changed: {path}")
    if diff:
        tell(outcome.summary)
    else:
        emit(f"{outcome.summary}\n", None)


def _text(content: bytes) -> str:
    return content.removeprefix(BOM_UTF8).decode()
