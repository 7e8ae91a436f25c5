"""Outputs of a command for later CI jobs, also as JSON and text."""

import json
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from compiler.foundation.json_data import Json, Object
from compiler.report.text_report import to_printable

MAX_MATRIX_JOBS = 256
"""The maximum number of jobs of a matrix (docs.github.com, "Running variations of jobs in a workflow")."""


def render_json(values: Object) -> str:
    """The values as one JSON object."""
    return json.dumps({"version": 1, **values}, indent=2, ensure_ascii=False) + "\n"


def render_github_output(values: Object) -> str:
    """One `name=value` line each, as `$GITHUB_OUTPUT` expects; values are ASCII JSON, so none can start a line of its own."""
    return "".join(f"{name}={json.dumps(value, separators=(',', ':'))}\n" for name, value in values.items())


def render_text(values: Object) -> str:
    """The texts in the first value, one per line."""
    texts = next(iter(values.values()), None)
    return "".join(
        f"{to_printable(text)}\n" for text in (texts if isinstance(texts, list) else ()) if isinstance(text, str)
    )


OUTPUTS: Mapping[str, Callable[[Object], str]] = MappingProxyType(
    {"text": render_text, "json": render_json, "github": render_github_output}
)
"""Format name to renderer."""


def split_into_jobs(names: Sequence[str], max_jobs: int) -> list[Json]:
    """The names in at most as many groups as there are jobs, of nearly equal size, each with a title and its names as one text."""
    count = min(len(names), max_jobs, MAX_MATRIX_JOBS)
    groups = [names[index * len(names) // count : (index + 1) * len(names) // count] for index in range(count)]
    return [{"title": _group_title(group), "models": " ".join(group)} for group in groups]


def _group_title(group: Sequence[str]) -> str:
    return group[0] if len(group) == 1 else f"{group[0]} and {len(group) - 1} more"
