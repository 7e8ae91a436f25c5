"""What a command tells the next job of a CI server, a name and a value each; and the same for people and programs."""

import json
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from compiler.foundation.json_data import Json, Object, as_list, as_str
from compiler.report.text_report import to_printable

MAX_MATRIX_JOBS = 256
"""Jobs that one matrix may make (docs.github.com, "Running variations of jobs in a workflow")."""


def render_json(values: Object) -> str:
    """One JSON object."""
    return json.dumps({"version": 1, **values}, indent=2, ensure_ascii=False) + "\n"


def render_github_output(values: Object) -> str:
    """A line for each value, as `$GITHUB_OUTPUT` takes it; a value is JSON in ASCII, so that none can begin a line of its own."""
    return "".join(f"{name}={json.dumps(value, separators=(',', ':'))}\n" for name, value in values.items())


def render_text(values: Object) -> str:
    """The elements of the first value, each on a line."""
    first = next(iter(values.values()), ())
    return "".join(f"{to_printable(as_str(element))}\n" for element in as_list(first))


OUTPUTS: Mapping[str, Callable[[Object], str]] = MappingProxyType(
    {"text": render_text, "json": render_json, "github": render_github_output}
)
"""Format to what writes values in it."""


def split_into_jobs(names: Sequence[str], max_jobs: int) -> list[Json]:
    """The names in as many groups of nearly one size as there are jobs at most, each with a title and its names in one text."""
    count = min(len(names), max_jobs, MAX_MATRIX_JOBS)
    groups = [names[index * len(names) // count : (index + 1) * len(names) // count] for index in range(count)]
    return [{"title": _group_title(group), "models": " ".join(group)} for group in groups]


def _group_title(group: Sequence[str]) -> str:
    return group[0] if len(group) == 1 else f"{group[0]} and {len(group) - 1} more"
