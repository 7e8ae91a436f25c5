"""`modelyard explain`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from compiler.commands.common.explanation_text import format_artifacts, format_values
from compiler.commands.common.name_checks import require_environments
from compiler.commands.common.project import open_session
from compiler.commands.common.streams import stdout_supports_colour, write_output
from compiler.diagnostics.built_in_codes import all_codes
from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import json_pointer
from compiler.pipeline import explanation
from compiler.pipeline.session import Session
from compiler.report.code_text import describe_code, describe_field, describe_policy, list_codes
from compiler.spec.field_reference import FieldReference, field_reference


def explain_subject(
    *,
    subject: str | None,
    list_: bool,
    format_: str,
    output: Path | None,
    environments: tuple[str, ...],
    root: Path | None,
    rev: str | None,
) -> None:
    """Explain a code, a policy, a line or field of an artifact, or a field of a model."""
    is_json, colour = format_ == "json", stdout_supports_colour(output)
    if list_:
        text = _list_codes(is_json=is_json)
    elif not subject:
        message = "MODEL[.field], ARTIFACT:pointer, or a CODE; see `modelyard explain --help`"
        raise UsageError("name what to explain", help=message)
    elif (code := explanation.find_code(subject)) is not None:
        text = _to_json([asdict(code)]) if is_json else describe_code(code)
    elif (error := explanation.unknown_code_error(subject)) is not None:
        raise error
    else:
        session = open_session(root, rev)
        require_environments(session.fleet, environments)
        text = _explain_in_project(session, subject, environments, is_json=is_json, colour=colour)
        text = session.redactor().redact(text)
    write_output(text, output)


def _list_codes(*, is_json: bool) -> str:
    codes = all_codes()
    return _to_json([asdict(code) for code in codes]) if is_json else list_codes(codes)


def _explain_in_project(
    session: Session, subject: str, environments: tuple[str, ...], *, is_json: bool, colour: bool
) -> str:
    policy = explanation.find_policy(session, subject)
    if policy is not None:
        return _to_json(asdict(policy.code)) if is_json else describe_policy(policy)
    path, colon, position = subject.rpartition(":")
    if colon and "/" in path:
        artifacts = explanation.explain_artifact(session, path, position)
        _detect_secrets(session, (value for artifact in artifacts for value in artifact.sources))
        return (
            _to_json([{**asdict(artifact), "pointer": json_pointer(artifact.pointer)} for artifact in artifacts])
            if is_json
            else format_artifacts(artifacts, colour=colour)
        )
    if "/" in subject:
        raise _incomplete_subject_error(session, subject)
    field = _field_without_model(session, subject)
    if field is not None:
        return _to_json(asdict(field)) if is_json else describe_field(field, _example_model(session))
    values = explanation.explain_value(session, subject, environments)
    _detect_secrets(session, values)
    return _to_json([asdict(value) for value in values]) if is_json else format_values(values, colour=colour)


def _field_without_model(session: Session, subject: str) -> FieldReference | None:
    """The field of the language that the subject names, unless a model has that name."""
    pointer = explanation.parse_pointer(subject)
    if not pointer or session.portfolio.has_document("Model", str(pointer[0])):
        return None
    return field_reference(pointer)


def _example_model(session: Session) -> str:
    return next(iter(session.portfolio.by_kind("Model")), "MODEL")


def _detect_secrets(session: Session, values: Iterable[explanation.ValueExplanation]) -> None:
    """Look for secrets in the models of explained values, so that none is shown."""
    for name in sorted({value.name.partition(".")[0] for value in values} & session.portfolio.by_kind("Model").keys()):
        for environment in session.fleet.environments_of(name):
            model, _ = session.fleet.resolve(name, environment)
            if model is not None:
                session.policy_engine.detect_secrets(model)


def _incomplete_subject_error(session: Session, subject: str) -> UsageError:
    suggestion = explanation.suggest_policy(session, subject)
    if suggestion is not None:
        return UsageError(f"there is no policy `{subject}`", help=suggestion)
    return UsageError("add a line or a field of the artifact", help=f"{subject}:LINE or {subject}:pointer.to.a.value")


def _to_json(data: object) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
