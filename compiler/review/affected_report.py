"""Reports what a change affects, for people, programs and CI providers."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from compiler.foundation.json_data import Json, Object
from compiler.report.ci_outputs import MAX_MATRIX_JOBS, OUTPUTS, split_into_jobs
from compiler.report.finding_text import pluralize
from compiler.report.markdown_escape import code_span, escape_text, table_row
from compiler.report.text_report import to_printable
from compiler.review.affected_models import AffectedModel, ChangedArtifact, ChangeImpact

MAX_MARKDOWN = 20_000
"""The maximum characters of Markdown, so that the findings of a check fit into the same comment."""
_MAX_CELL = 200


@dataclass(frozen=True, slots=True)
class AffectedReport:
    """What a change affects, and what CI needs to know in addition."""

    impact: ChangeImpact
    base_commit: str | None
    waves: tuple[tuple[Object, ...], ...] = ()
    """The environments to publish, in order of promotion and grouped as they are promoted: each with its name and its remote."""
    canaries: tuple[Object, ...] = ()
    """The canaries to evaluate after something is published."""
    max_jobs: int = 256


def render_text(report: AffectedReport) -> str:
    """One line per affected model, then the changed files that belong to no model."""
    affected_models, impact = report.impact.affected_models, report.impact
    rows = [
        (entry.model, entry.environment or "-", ", ".join(entry.owners), ", ".join(entry.reasons))
        for entry in affected_models
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)] if rows else []
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(entry, widths, strict=True)).rstrip() for entry in rows]
    lines += [f"{entry.change:7}  {entry.path}" for entry in impact.artifacts or () if not entry.model]
    return "".join(f"{to_printable(line)}\n" for line in (*lines, impact_summary(impact)))


def impact_summary(impact: ChangeImpact) -> str:
    """The change in one line."""
    if not impact.affected_models and not impact.artifacts:
        return (
            "nothing is affected"
            if impact.artifacts is not None
            else "no model is affected; artifacts were not compared"
        )
    parts = [
        pluralize(len(impact.model_names) + len(_removed_models(impact)), "model"),
        pluralize(len(impact.environments), "environment"),
        pluralize(len(impact.owners), "owner"),
        "artifacts not compared" if impact.artifacts is None else pluralize(len(impact.artifacts), "artifact"),
    ]
    return ", ".join(parts)


def to_json_data(report: AffectedReport) -> Object:
    """The report as JSON data."""
    impact = report.impact
    artifacts = impact.artifacts
    return {
        "since": report.base_commit,
        "models": [
            _model_data(name, impact) for name in dict.fromkeys(entry.model for entry in impact.affected_models)
        ],
        "environments": list(impact.environments),
        "renderedEnvironments": list(impact.rendered_environments),
        "owners": list(impact.owners),
        "artifacts": None if artifacts is None else [_artifact_data(entry) for entry in artifacts],
    }


def job_outputs(report: AffectedReport) -> Object:
    """The outputs from which CI creates the next jobs."""
    impact = report.impact
    return {
        "models": list(impact.model_names),
        "jobs": split_into_jobs(impact.model_names, report.max_jobs),
        "environments": list(impact.environments),
        "owners": list(impact.owners),
        "waves": [list(wave) for wave in report.waves],
        "canaries": list(report.canaries[:MAX_MATRIX_JOBS]),
    }


def render_markdown(report: AffectedReport) -> str:
    """A heading, a table of models, and the folded artifacts; truncated to the maximum length."""
    impact = report.impact
    head = f"### Affected: {escape_text(impact_summary(impact))}\n"
    rows = _model_rows(impact.affected_models)
    parts = [
        head,
        *_fit_lines(
            ["\n", table_row("model", "environments", "owner", "changes"), table_row(*["---"] * 4)],
            rows,
            MAX_MARKDOWN // 2,
            "model",
        ),
    ]
    if impact.artifacts:
        details_head = f"\n<details><summary>{pluralize(len(impact.artifacts), 'artifact')}</summary>\n\n"
        artifact_lines = [
            f"- {artifact.change} {code_span(artifact.path, _MAX_CELL)}\n" for artifact in impact.artifacts
        ]
        parts += [
            *_fit_lines(
                [details_head], artifact_lines, MAX_MARKDOWN // 2 - len(details_head) - len(head) - 200, "artifact"
            ),
            "\n</details>\n",
        ]
    return "".join(parts)


def _model_rows(affected_models: Iterable[AffectedModel]) -> list[str]:
    """One row per model and set of reasons; environments with the same reasons share a row."""
    groups: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for entry in affected_models:
        groups.setdefault((entry.model, entry.owners, entry.reasons), []).append(entry.environment or "none")
    return [
        table_row(
            code_span(model, _MAX_CELL),
            escape_text(", ".join(environments)),
            escape_text(", ".join(owners)),
            escape_text(", ".join(reasons)[:_MAX_CELL]),
        )
        for (model, owners, reasons), environments in groups.items()
    ]


def _fit_lines(head: list[str], lines: Sequence[str], room: int, noun: str) -> Iterator[str]:
    if not lines:
        return
    yield from head
    remaining_length = room - sum(map(len, head))
    for index, line in enumerate(lines):
        remaining_length -= len(line)
        if remaining_length < 0:
            yield f"\n… and {pluralize(len(lines) - index, noun)} more\n"
            return
        yield line


def _removed_models(impact: ChangeImpact) -> frozenset[str]:
    return frozenset(entry.model for entry in impact.affected_models) - frozenset(impact.model_names)


def _model_data(name: str, impact: ChangeImpact) -> Json:
    entries = [entry for entry in impact.affected_models if entry.model == name]
    environments: list[Json] = [
        {"name": entry.environment or None, "reasons": list(entry.reasons)} for entry in entries
    ]
    owners = sorted({owner for entry in entries for owner in entry.owners})
    return {"name": name, "owners": owners, "path": entries[0].path, "environments": environments}


def _artifact_data(artifact: ChangedArtifact) -> Json:
    return {
        "path": artifact.path,
        "change": artifact.change,
        "environment": artifact.environment or None,
        "model": artifact.model or None,
        "committed": artifact.is_committed,
    }


def render(format_: str, report: AffectedReport) -> str:
    """The report in a format."""
    renderer = RENDERERS.get(format_)
    if renderer is not None:
        return renderer(report)
    return OUTPUTS[format_](to_json_data(report) if format_ == "json" else job_outputs(report))


RENDERERS: Mapping[str, Callable[[AffectedReport], str]] = MappingProxyType(
    {"text": render_text, "markdown": render_markdown}
)
"""Formats with a renderer of their own."""
