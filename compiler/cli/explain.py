"""`modelyard explain`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.cli._shared import common_options
from compiler.cli._shared.streams import stdout_supports_colour, write_output
from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import Json, as_list, as_object, as_str, format_path, json_pointer
from compiler.report.text_report import to_printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from compiler.diagnostics.finding import Code, Location
    from compiler.pipeline.explanation import ArtifactExplanation, ValueExplanation
    from compiler.policy.policy_definition import Policy

_MAX_VALUE_WIDTH = 76
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
@common_options.environment_option
@common_options.project_options
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
        write_output(_format_codes(explain.all_codes(), format_), output)
        return
    if not subject:
        raise UsageError(
            "say what to explain", help="MODEL[.field], ARTIFACT:pointer, or a CODE; see `modelyard explain --help`"
        )
    code = explain.find_code(subject)
    if code is not None:
        write_output(_format_codes((code,), format_), output)
        return
    run = Session(common_options.open_tree(common_options.project_root(root), rev))
    common_options.require_environments(run.fleet, environments)
    policy = explain.find_policy(run, subject)
    if policy is not None:
        write_output(_format_json(asdict(policy.code)) if format_ == "json" else _format_policy(policy), output)
        return
    path, colon, position = subject.rpartition(":")
    colour = stdout_supports_colour(output)
    if colon and "/" in path:
        explanations = explain.explain_artifact(run, path, position)
        write_output(
            _format_json([_explanation_json(explanation) for explanation in explanations])
            if format_ == "json"
            else _format_explanations(explanations, colour=colour),
            output,
        )
    elif "/" in subject:
        suggestion = explain.suggest_policy(run, subject)
        if suggestion is not None:
            raise UsageError(f"there is no policy `{subject}`", help=suggestion)
        raise UsageError("say which place of the artifact", help=f"{subject}:LINE or {subject}:pointer.to.a.value")
    else:
        values = explain.explain_value(run, subject, environments)
        write_output(
            _format_json([asdict(value) for value in values])
            if format_ == "json"
            else "\n".join(_format_value(entry, colour=colour) for entry in values),
            output,
        )


def _format_json(data: object) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _explanation_json(explanation: ArtifactExplanation) -> dict[str, object]:
    return {**asdict(explanation), "pointer": json_pointer(explanation.pointer)}


def _format_codes(codes: Sequence[Code], format_: str) -> str:
    if format_ == "json":
        return _format_json([asdict(code) for code in codes])
    if len(codes) == 1:
        code = codes[0]
        label = code.id if code.id.endswith(code.name) else f"{code.id} {code.name}"
        head = f"{label} ({code.severity.value}, {code.enforcement.value})"
        return _sanitize(f"{head}\n\n{code.summary}\n\nWhy: {code.why}\n\nWhat to do: {code.remedy}\n")
    return "".join(f"{code.id}  {code.name:24} {code.summary}\n" for code in codes)


def _format_policy(policy: Policy) -> str:
    """What a policy asks for, of whom, on what it rests, and how it is waived."""
    data = policy.data
    lines = [_format_codes((policy.code,), "text").rstrip(), ""]
    lines += [f"Evidence for: {', '.join(policy.code.controls)}", ""] if policy.code.controls else []
    for source in as_list(data.get("sources")):
        source_data = as_object(source)
        lines.append(f"Source: {source_data.get('title')}{_format_url(source_data.get('url'))}")
    in_force = as_object(data.get("inForce"))
    lines += (
        [f"In force: from {in_force.get('from', 'ever')} to {in_force.get('to', 'further notice')}"] if in_force else []
    )
    lines += [f"More: {policy.code.docs}"] if policy.code.docs else []
    lines += [f"Written in: {policy.spec.document.path}", ""]
    terms = policy.waiver_rules
    if terms.get("allowed") is False:
        return _sanitize("\n".join((*lines, "It cannot be waived.", "")))
    roles = " or ".join(as_str(role) for role in as_list(terms.get("roles"))) or "a role of the Team"
    max_days = f", {terms['days']} days at most" if "days" in terms else ""
    independence = ", one of them of another team than the owner's" if terms.get("independent") else ""
    lines += [
        f"To waive it ({roles} agrees{independence}{max_days}), write:",
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
    return _sanitize("\n".join(lines))


def _sanitize(text: str) -> str:
    """Lines without characters that could steer a terminal."""
    return "\n".join(map(to_printable, text.split("\n")))


def _format_url(url: Json) -> str:
    return f" {url}" if url else ""


def _format_value(value: ValueExplanation, *, colour: bool, indent: str = "") -> str:
    title = click.style(value.name, bold=True) if colour else value.name
    lines = [f"{indent}{title} = {_display_value(value.value)}"]
    width = max((len(_format_location(origin.place)) for origin in value.said), default=0)
    for origin in value.said:
        mark, style = _ROLES[origin.role]
        value_text = "" if origin.role == "deletes" else _display_value(origin.value)
        line = f"{indent}  {mark} {origin.role:7} {_format_location(origin.place):{width}}  {value_text:<12}  {origin.label}".rstrip()
        lines.append(click.style(line, fg=style) if colour else line)
    return "\n".join(lines) + "\n"


def _format_explanations(explanations: Sequence[ArtifactExplanation], *, colour: bool) -> str:
    return "\n".join("\n".join(_explanation_lines(explanation, colour=colour)) for explanation in explanations)


def _explanation_lines(explanation: ArtifactExplanation, *, colour: bool) -> Iterator[str]:
    title = f"{explanation.path}: {format_path(explanation.pointer)}"
    yield f"{click.style(title, bold=True) if colour else title} = {_display_value(explanation.value)}"
    yield f"  template {explanation.template.path}"
    if not explanation.made_of:
        yield "  written in the template; no value of a spec is in it"
    for source_value in explanation.made_of:
        yield _format_value(source_value, colour=colour, indent="  ").rstrip("\n")
    yield ""


def _format_location(location: Location | None) -> str:
    return f"{location.path}:{location.line}:{location.column}" if location else "built in"


def _display_value(value: Json) -> str:
    if value is None:
        return "nothing"
    text = to_printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _MAX_VALUE_WIDTH else text[: _MAX_VALUE_WIDTH - 1] + "…"
