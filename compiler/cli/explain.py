"""`modelyard explain`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.cli._shared import common_options as options
from compiler.cli._shared.streams import emit, wants_colour
from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import Json, as_list, as_object, as_str, format_path, json_pointer
from compiler.report.text_report import to_printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from compiler.diagnostics.finding import Code, Location
    from compiler.pipeline.explanation import ValueExplanation, ArtifactExplanation
    from compiler.policy.policy_definition import Policy

_WIDEST = 76
_ROLES = {"sets": ("●", "green"), "adds": ("●", "green"), "beaten": ("○", "bright_black"), "deletes": ("×", "red")}


@click.command("explain")
@click.argument("subject", required=False)
@click.option("--list", "list_", is_flag=True, help="List every code.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help="How it is written.",
)
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file instead of stdout."
)
@options.environments
@options.project
def command(
    subject: str | None,
    list_: bool,
    format_: str,
    output: Path | None,
    environments: tuple[str, ...],
    root: Path | None,
    rev: str | None,
) -> None:
    """Say where a value came from, what an artifact's line was made of, or what a code or a policy means.

    \b
    modelyard explain card-fraud.deploy.scaling.min --env prod
    modelyard explain build/prod/card-fraud/inferenceservice.yaml:spec.predictor.minReplicas
    modelyard explain build/prod/card-fraud/inferenceservice.yaml:12
    modelyard explain MY101
    modelyard explain baseline/owner-is-reachable
    """
    from compiler.pipeline import explanation as explain  # noqa: PLC0415 - help needs none of what a run does
    from compiler.pipeline.session import Session  # noqa: PLC0415 - help needs none of what a run does

    if list_:
        emit(_codes(explain.all_codes(), format_), output)
        return
    if not subject:
        raise UsageError(
            "say what to explain", help="MODEL[.field], ARTIFACT:pointer, or a CODE; see `modelyard explain --help`"
        )
    known = explain.find_code(subject)
    if known is not None:
        emit(_codes((known,), format_), output)
        return
    run = Session(options.open_tree(options.project_root(root), rev))
    options.require_environments(run.fleet, environments)
    policy = explain.find_policy(run, subject)
    if policy is not None:
        emit(_json(asdict(policy.code)) if format_ == "json" else _policy(policy), output)
        return
    path, colon, where = subject.rpartition(":")
    colour = wants_colour(output)
    if colon and "/" in path:
        places = explain.explain_artifact(run, path, where)
        emit(
            _json([_place(place) for place in places]) if format_ == "json" else _places(places, colour=colour), output
        )
    elif "/" in subject:
        near = explain.suggest_policy(run, subject)
        if near is not None:
            raise UsageError(f"there is no policy `{subject}`", help=near)
        raise UsageError("say which place of the artifact", help=f"{subject}:LINE or {subject}:pointer.to.a.value")
    else:
        values = explain.explain_value(run, subject, environments)
        emit(
            _json([asdict(value) for value in values])
            if format_ == "json"
            else "\n".join(_value(one, colour=colour) for one in values),
            output,
        )


def _json(data: object) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _place(place: ArtifactExplanation) -> dict[str, object]:
    return {**asdict(place), "pointer": json_pointer(place.pointer)}


def _codes(codes: Sequence[Code], format_: str) -> str:
    if format_ == "json":
        return _json([asdict(code) for code in codes])
    if len(codes) == 1:
        code = codes[0]
        named = code.id if code.id.endswith(code.name) else f"{code.id} {code.name}"
        head = f"{named} ({code.severity.value}, {code.enforcement.value})"
        return _clean(f"{head}\n\n{code.summary}\n\nWhy: {code.why}\n\nWhat to do: {code.remedy}\n")
    return "".join(f"{code.id}  {code.name:24} {code.summary}\n" for code in codes)


def _policy(policy: Policy) -> str:
    """What a policy asks for, of whom, on what it rests, and how it is waived."""
    said = policy.data
    lines = [_codes((policy.code,), "text").rstrip(), ""]
    lines += [f"Evidence for: {', '.join(policy.code.controls)}", ""] if policy.code.controls else []
    for source in as_list(said.get("sources")):
        about = as_object(source)
        lines.append(f"Source: {about.get('title')}{_after(about.get('url'))}")
    force = as_object(said.get("inForce"))
    lines += [f"In force: from {force.get('from', 'ever')} to {force.get('to', 'further notice')}"] if force else []
    lines += [f"More: {policy.code.docs}"] if policy.code.docs else []
    lines += [f"Written in: {policy.spec.document.path}", ""]
    terms = policy.waiver_rules
    if terms.get("allowed") is False:
        return _clean("\n".join((*lines, "It cannot be waived.", "")))
    who = " or ".join(as_str(role) for role in as_list(terms.get("roles"))) or "a role of the Team"
    days = f", {terms['days']} days at most" if "days" in terms else ""
    other = ", one of them of another team than the owner's" if terms.get("independent") else ""
    lines += [
        f"To waive it ({who} agrees{other}{days}), write:",
        "",
        "  apiVersion: modelyard/v1",
        "  kind: Waiver",
        "  name: …",
        f"  policies: [{policy.id}]",
        "  models: {names: […]}",
        "  reason: …",
        "  ticket: …",
        "  approvedBy: [{team: …, role: …}]",
        '  granted: "YYYY-MM-DD"',
        '  expires: "YYYY-MM-DD"',
        "",
    ]
    return _clean("\n".join(lines))


def _clean(text: str) -> str:
    """Lines without characters that could steer a terminal."""
    return "\n".join(map(to_printable, text.split("\n")))


def _after(url: Json) -> str:
    return f" {url}" if url else ""


def _value(value: ValueExplanation, *, colour: bool, indent: str = "") -> str:
    title = click.style(value.name, bold=True) if colour else value.name
    lines = [f"{indent}{title} = {_shown(value.value)}"]
    width = max((len(_where(said.place)) for said in value.said), default=0)
    for said in value.said:
        mark, style = _ROLES[said.role]
        shown = "" if said.role == "deletes" else _shown(said.value)
        line = f"{indent}  {mark} {said.role:7} {_where(said.place):{width}}  {shown:<12}  {said.label}".rstrip()
        lines.append(click.style(line, fg=style) if colour else line)
    return "\n".join(lines) + "\n"


def _places(places: Sequence[ArtifactExplanation], *, colour: bool) -> str:
    return "\n".join("\n".join(_lines(place, colour=colour)) for place in places)


def _lines(place: ArtifactExplanation, *, colour: bool) -> Iterator[str]:
    title = f"{place.path}: {format_path(place.pointer)}"
    yield f"{click.style(title, bold=True) if colour else title} = {_shown(place.value)}"
    yield f"  template {place.template.path}"
    if not place.made_of:
        yield "  written in the template; no value of a spec is in it"
    for made in place.made_of:
        yield _value(made, colour=colour, indent="  ").rstrip("\n")
    yield ""


def _where(place: Location | None) -> str:
    return f"{place.path}:{place.line}:{place.column}" if place else "built in"


def _shown(value: Json) -> str:
    if value is None:
        return "nothing"
    text = to_printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"
