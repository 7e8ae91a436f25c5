"""Explanations of values as text: the value, and the layers it comes from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

import click

from compiler.diagnostics.finding import Location
from compiler.foundation.json_data import Json, format_path
from compiler.pipeline.explanation import ArtifactExplanation, ValueExplanation
from compiler.report.text_report import to_printable

_MAX_VALUE_WIDTH = 76
_ROLES = {
    "set": ("●", "green"), "merged": ("●", "green"), "overridden": ("○", "bright_black"), "deleted": ("×", "red"),
    "patched": ("◆", "yellow"),
}  # fmt: skip


def format_values(values: Iterable[ValueExplanation], *, colour: bool) -> str:
    """Each value with its layers."""
    return "\n".join(_format_value(value, colour=colour) for value in values)


def format_artifacts(explanations: Iterable[ArtifactExplanation], *, colour: bool) -> str:
    """Each value of an artifact, with its template and the values of specs it was rendered from."""
    return "\n".join("\n".join(_artifact_lines(explanation, colour=colour)) for explanation in explanations)


def _format_value(value: ValueExplanation, *, colour: bool, indent: str = "") -> str:
    title = click.style(value.name, bold=True) if colour else value.name
    lines = [f"{indent}{title} = {_display_value(value.value)}"]
    width = max((len(_format_location(origin.location)) for origin in value.layers), default=0)
    for origin in value.layers:
        mark, style = _ROLES[origin.role]
        value_text = "" if origin.role == "deleted" else _display_value(origin.value)
        location = f"{_format_location(origin.location):{width}}"
        line = f"{indent}  {mark} {origin.role:10} {location}  {value_text:<12}  {origin.label}".rstrip()
        lines.append(click.style(line, fg=style) if colour else line)
    return "\n".join(lines) + "\n"


def _artifact_lines(explanation: ArtifactExplanation, *, colour: bool) -> Iterator[str]:
    title = f"{explanation.path}: {format_path(explanation.pointer)}"
    yield f"{click.style(title, bold=True) if colour else title} = {_display_value(explanation.value)}"
    yield f"  template {explanation.template.path}"
    if not explanation.sources:
        yield "  a constant of the template, which no spec sets"
    for source_value in explanation.sources:
        yield _format_value(source_value, colour=colour, indent="  ").rstrip("\n")
    yield ""


def _format_location(location: Location | None) -> str:
    return f"{location.path}:{location.line}:{location.column}" if location else "built in"


def _display_value(value: Json) -> str:
    if value is None:
        return "nothing"
    text = to_printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _MAX_VALUE_WIDTH else text[: _MAX_VALUE_WIDTH - 1] + "…"
