"""Promotes a release to an environment, fully or as a canary."""

from collections.abc import Iterator

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, sorted_unique
from compiler.edit.deployment_state import DeploymentState, load_deployment_state
from compiler.edit.edit_session import EditOutcome, EditResult, EditSession, not_editable_findings
from compiler.edit.yaml_edit import NotEditableError
from compiler.execution.jobs.tasks import champion_release, published_release
from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import plain_data
from compiler.pipeline.session import Session
from compiler.resolve.release_gates import evaluation_config, gate_findings, recorded_metrics
from compiler.resolve.resolved_model import Release
from compiler.spec.quantities import Percentage


def promote(session: Session, name: str, environment: str, version: str | None, canary: str | None) -> EditOutcome:
    """The edit that makes a release run in an environment, or the findings that forbid it.

    Without a version it promotes the canary that runs there, else the release of the environment before. `canary` is the share of
    requests that the release gets next to the current release.
    """
    state = load_deployment_state(session.fleet, name, environment)
    target_version = version or _default_version(state, canary)
    release = published_release(session.fleet, session.tree, state.reference_model, target_version)
    running_version = state.current.release.version if state.current and state.current.release else None
    if running_version == target_version and (canary is not None or not _has_canary(state)):
        return EditResult(f"{name} {target_version} is already deployed in {environment}", {})
    if canary is not None and running_version is None:
        raise UsageError(
            f"{name} is not deployed in {environment}, so that {target_version} cannot be a canary there",
            help="omit --canary",
        )
    blocking_findings = (*state.stage_findings(), *_release_gate_findings(session, state, release))
    if blocking_findings:
        return sorted_unique(blocking_findings)
    try:
        return _apply_promotion(session, state, target_version, canary)
    except NotEditableError as error:
        return not_editable_findings(error, state.spec)


def parse_share(text: str) -> str:
    """A share of requests in its canonical spelling; raises `UsageError` if it is not a valid share."""
    try:
        percentage = Percentage(text)
    except ValueError as error:
        raise UsageError(f"`{text}` is not a valid share of requests", help="write a percentage such as 10%") from error
    if not text.rstrip().endswith("%") or not 0 < percentage.percent < 100:  # noqa: PLR2004 - per cent
        raise UsageError(f"`{text}` is not a valid share of requests", help="write a percentage such as 10%")
    return percentage


def _apply_promotion(session: Session, state: DeploymentState, version: str, canary: str | None) -> EditOutcome:
    edits, entry_pointer = EditSession(session), ("environments", state.environment.name)
    if canary is not None:
        _set_canary(edits, state, version, canary)
        return edits.finish(f"Try {state.spec.name} {version} on {canary} of {state.environment.name}")
    edits.set_value(state.spec, (*entry_pointer, "release"), version)
    remove_canary(edits, state)
    return edits.finish(f"Promote {state.spec.name} {version} to {state.environment.name}")


def _set_canary(edits: EditSession, state: DeploymentState, version: str, weight: str) -> None:
    """Set the canary, in the spelling of the model's present canary if that has exactly the same keys."""
    canary_pointer = ("environments", state.environment.name, "canary")
    entry = state.spec.data.get("environments", {}).get(state.environment.name, {})
    current_canary = plain_data(entry.get("canary") or {})
    new_canary = {"release": version, "weight": weight}
    if current_canary.keys() == new_canary.keys():
        for key, value in new_canary.items():
            if current_canary[key] != value:
                edits.set_value(state.spec, (*canary_pointer, key), value)
    else:
        remove_canary(edits, state)
        edits.set_value(state.spec, canary_pointer, new_canary, after_key="release")


def remove_canary(edits: EditSession, state: DeploymentState) -> None:
    """Remove the canary: delete the model's own, and override one that another layer sets with null."""
    canary_pointer = ("environments", state.environment.name, "canary")
    edits.remove_key(state.spec, canary_pointer)
    if _has_canary(state) and not _is_canary_from_model(state):
        edits.set_value(state.spec, canary_pointer, None)


def _is_canary_from_model(state: DeploymentState) -> bool:
    """Whether only the model's entry for the environment sets the canary."""
    contributions = (
        [contribution for contribution in state.current.blame(("canary",)) if not contribution.deletes]
        if state.current
        else []
    )
    entry_pointer = ("environments", state.environment.name)
    return all(
        contribution.layer.document is state.spec.document and contribution.layer.pointer == entry_pointer
        for contribution in contributions
    )


def _has_canary(state: DeploymentState) -> bool:
    return state.current is not None and state.current.canary is not None


def _default_version(state: DeploymentState, canary: str | None) -> str:
    if canary is None and state.current is not None and state.current.canary is not None:
        return state.current.canary.version
    if not state.upstream:
        raise UsageError(
            f"{state.spec.name} is not deployed in any environment before {state.environment.name}, so there is no default release",
            help="give --release",
        )
    models_by_version = {model.release.version: model for model in state.upstream[-1] if model.release}
    if len(models_by_version) == 1:
        return next(iter(models_by_version))
    versions_text = ", ".join(
        f"{version} in {model.environment.name}" for version, model in models_by_version.items() if model.environment
    )
    raise UsageError(
        f"the environments before {state.environment.name} have different releases of {state.spec.name}: {versions_text}",
        help="give --release",
    )


def _release_gate_findings(session: Session, state: DeploymentState, release: Release) -> Iterator[Finding]:
    """The gates and champion comparisons that the release fails, by its recorded metrics; CI measures those that a program computes."""
    model = state.reference_model
    recorded_champion = champion_release(session.fleet, model)
    has_command = "command" in evaluation_config(model).get("run", {})
    for finding in gate_findings(
        model, recorded_metrics(release), recorded_metrics(recorded_champion) if recorded_champion else None
    ):
        if not (has_command and finding.code is codes.METRIC_NOT_RECORDED):
            yield finding
