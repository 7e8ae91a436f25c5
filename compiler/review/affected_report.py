"""What a change reaches, as people read it, and as programs and CI servers do."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from compiler.foundation.json_data import Json, Object
from compiler.report.ci_outputs import MOST_JOBS, OUTPUTS, shared
from compiler.report.finding_text import counted
from compiler.report.markdown_escape import code, plain, row
from compiler.report.text_report import printable
from compiler.review.affected_models import Affected, Artifact, Touched

MOST = 20_000
"""Characters of Markdown: so that the findings of a check have room in the same comment."""
_CELL = 200


@dataclass(frozen=True, slots=True)
class Told:
    """What a change reaches, and what a CI server has to know beside it."""

    affected: Affected
    commit: str | None
    waves: tuple[tuple[Object, ...], ...] = ()
    """The environments to publish, in order of promotion; those of a group together: each with its name and its remote."""
    canaries: tuple[Object, ...] = ()
    """The canaries to judge where something is published."""
    jobs: int = 256


def text(told: Told) -> str:
    """A line for each model where it is another, then what differs that is no model's."""
    touched, found = told.affected.touched, told.affected
    rows = [(one.model, one.environment or "-", ", ".join(one.owners), ", ".join(one.reasons)) for one in touched]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)] if rows else []
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(one, widths, strict=True)).rstrip() for one in rows]
    lines += [f"{one.change:7}  {one.path}" for one in found.artifacts or () if not one.model]
    return "".join(f"{printable(line)}\n" for line in (*lines, summed(found)))


def summed(found: Affected) -> str:
    """The change in one line."""
    if not found.touched and not found.artifacts:
        return "nothing is affected" if found.artifacts is not None else "no model is affected, and artifacts were not compared"
    parts = [
        counted(len(found.models) + len(_gone(found)), "model"),
        counted(len(found.environments), "environment"),
        counted(len(found.owners), "owner"),
        "artifacts not compared" if found.artifacts is None else counted(len(found.artifacts), "artifact"),
    ]
    return ", ".join(parts)


def as_object(told: Told) -> Object:
    """All of it as plain data."""
    found = told.affected
    artifacts = found.artifacts
    return {
        "since": told.commit,
        "models": [_model(name, found) for name in dict.fromkeys(one.model for one in found.touched)],
        "environments": list(found.environments),
        "rendered": list(found.rendered),
        "owners": list(found.owners),
        "artifacts": None if artifacts is None else [_artifact(one) for one in artifacts],
    }


def outputs(told: Told) -> Object:
    """What the next jobs are made from."""
    found = told.affected
    return {
        "models": list(found.models),
        "jobs": shared(found.models, told.jobs),
        "environments": list(found.environments),
        "owners": list(found.owners),
        "waves": [list(wave) for wave in told.waves],
        "canaries": list(told.canaries[:MOST_JOBS]),
    }


def markdown(told: Told) -> str:
    """A heading, a table of models, and the artifacts folded; never longer than `MOST`."""
    found = told.affected
    head = f"### What changes: {plain(summed(found))}\n"
    rows = _rows(found.touched)
    parts = [head, *_bounded(["\n", row("model", "where", "owner", "what is another"), row(*["---"] * 4)], rows, MOST // 2, "model")]
    if found.artifacts:
        fold = f"\n<details><summary>{counted(len(found.artifacts), 'artifact')}</summary>\n\n"
        listed = [f"- {one.change} {code(one.path, _CELL)}\n" for one in found.artifacts]
        parts += [*_bounded([fold], listed, MOST // 2 - len(fold) - len(head) - 200, "artifact"), "\n</details>\n"]
    return "".join(parts)


def _rows(touched: Iterable[Touched]) -> list[str]:
    """A row for each model and what is another with it; the environments in which that is the same stand together."""
    groups: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for one in touched:
        groups.setdefault((one.model, one.owners, one.reasons), []).append(one.environment or "nowhere")
    return [
        row(code(model, _CELL), plain(", ".join(places)), plain(", ".join(owners)), plain(", ".join(reasons)[:_CELL]))
        for (model, owners, reasons), places in groups.items()
    ]


def _bounded(head: list[str], lines: Sequence[str], room: int, word: str) -> Iterator[str]:
    if not lines:
        return
    yield from head
    left = room - sum(map(len, head))
    for index, line in enumerate(lines):
        left -= len(line)
        if left < 0:
            yield f"\n… and {counted(len(lines) - index, word)} more\n"
            return
        yield line


def _gone(found: Affected) -> frozenset[str]:
    return frozenset(one.model for one in found.touched) - frozenset(found.models)


def _model(name: str, found: Affected) -> Json:
    there = [one for one in found.touched if one.model == name]
    places: list[Json] = [{"name": one.environment or None, "reasons": list(one.reasons)} for one in there]
    owners = sorted({owner for one in there for owner in one.owners})
    return {"name": name, "owners": owners, "path": there[0].path, "environments": places}


def _artifact(artifact: Artifact) -> Json:
    return {
        "path": artifact.path,
        "change": artifact.change,
        "environment": artifact.environment or None,
        "model": artifact.model or None,
        "committed": artifact.committed,
    }


def told_as(format_: str, told: Told) -> str:
    """What is told, in a format."""
    own = OWN.get(format_)
    if own is not None:
        return own(told)
    return OUTPUTS[format_](as_object(told) if format_ == "json" else outputs(told))


OWN: Mapping[str, Callable[[Told], str]] = MappingProxyType({"text": text, "markdown": markdown})
"""Formats that tell it in their own way."""
