"""What the commands that edit specs do with an edit: show it, write it, or say why there is none."""

from __future__ import annotations

from codecs import BOM_UTF8
from typing import TYPE_CHECKING

import click

from compiler.cli._shared.fixes import format_diff
from compiler.cli._shared.streams import print_status, stdout_supports_colour, write_output
from compiler.report import REPORTERS, Report
from compiler.write.replace_file import replace_content

if TYPE_CHECKING:
    from pathlib import Path

    from compiler.edit.edit_session import EditOutcome
    from compiler.pipeline.session import Session


def write_or_show_edit(run: Session, folder: Path, outcome: EditOutcome, *, diff: bool) -> None:
    """Write an edit and say on stdout what it is, or show it; ends with 1 where it may not be made."""
    if isinstance(outcome, tuple):
        write_output(
            REPORTERS["text"](Report(outcome, run.read_text, run.summary, colour=stdout_supports_colour())), None
        )
        print_status("nothing was written")
        raise click.exceptions.Exit(1)
    if outcome.skipped_findings:
        print_status(
            REPORTERS["text"](Report(outcome.skipped_findings, run.read_text, run.summary, colour=False)).rstrip()
        )
    for path, new_content in sorted(outcome.files.items()):
        old_content = run.tree.read(path)
        if diff:
            write_output(format_diff(path, _decode(old_content), _decode(new_content)), None)
        else:
            replace_content(folder / path, old_content, new_content)
            print_status(f"changed: {path}")
    if diff:
        print_status(outcome.summary)
    else:
        write_output(f"{outcome.summary}\n", None)


def _decode(content: bytes) -> str:
    return content.removeprefix(BOM_UTF8).decode()
