"""Rolls back an environment: removes the canary, or restores the release that ran before."""

from collections.abc import Callable, Iterable

from compiler.diagnostics.finding import sorted_unique
from compiler.edit.deployment_state import DeploymentState, load_deployment_state
from compiler.edit.edit_session import EditOutcome, EditResult, EditSession, not_editable_findings
from compiler.edit.promote import remove_canary
from compiler.edit.yaml_edit import NotEditableError
from compiler.execution.jobs.tasks import published_release
from compiler.foundation.errors import UsageError
from compiler.pipeline.session import Session
from compiler.source.tree import Tree
from compiler.spec.portfolio import PROJECT_FILE, release_contents

FileHistory = Callable[[str], Iterable[Tree]]
"""The states of the project in which a file changed, newest first, following renames."""


def rollback(
    session: Session, name: str, environment: str, target_version: str | None, history: FileHistory
) -> EditOutcome:
    """The edit that rolls back an environment, or the findings that forbid it.

    Without a version it removes the canary; if there is none, it restores the previous release from git's history. Gates are not
    evaluated, because the previous release has run there before.
    """
    state = load_deployment_state(session.fleet, name, environment)
    if state.current is None or state.current.release is None:
        raise UsageError(f"{name} is not deployed in {environment}", help="run `modelyard promote` to deploy a release")
    running_version = state.current.release.version
    try:
        if target_version is None and state.current.canary is not None:
            edits = EditSession(session)
            remove_canary(edits, state)
            return edits.finish(f"Remove the canary {state.current.canary.version} of {name} from {environment}")
        return _roll_back_to(
            session,
            state,
            running_version,
            target_version or _previous_version(state, running_version, history(state.spec.document.path)),
        )
    except NotEditableError as error:
        return not_editable_findings(error, state.spec)


def _roll_back_to(session: Session, state: DeploymentState, running_version: str, version: str) -> EditOutcome:
    name, environment = state.spec.name, state.environment.name
    published_release(session.fleet, session.tree, state.reference_model, version)
    if version == running_version and state.reference_model.canary is None:
        return EditResult(f"{name} {version} is already deployed in {environment}", {})
    blocking_findings = sorted_unique(state.stage_findings())
    if blocking_findings:
        return blocking_findings
    edits = EditSession(session)
    edits.set_value(state.spec, ("environments", environment, "release"), version)
    remove_canary(edits, state)
    return edits.finish(f"Roll {name} back to {version} in {environment}")


def _previous_version(state: DeploymentState, running_version: str, trees: Iterable[Tree]) -> str:
    """The release that ran in the environment before the current one."""
    name, environment = state.spec.name, state.environment.name
    for tree in trees:
        previous_version = _version_running_in(tree, name, environment) if tree.has(PROJECT_FILE) else None
        if previous_version is not None and previous_version != running_version:
            if previous_version in release_contents(state.spec.data):
                return previous_version
            message = f"{environment} had {name} {previous_version} before, which is no longer published"
            raise UsageError(message, help="give --to with one of: " + ", ".join(release_contents(state.spec.data)))
    path = state.spec.document.path
    message = f"the history of {path} contains no other release of {name} in {environment}"
    raise UsageError(
        message, help="give --to; in CI, fetch the whole history; other files that may set a release were not read"
    )


def _version_running_in(tree: Tree, name: str, environment: str) -> str | None:
    """The release that ran in a state of the project; `None` if there was none, or the state cannot be read."""
    try:
        fleet = Session(tree).fleet
    except UsageError:
        return None
    if environment not in fleet.portfolio.by_kind("Environment") or name not in fleet.portfolio.by_kind("Model"):
        return None
    model = fleet.model(name, environment)
    return model.release.version if model and model.release else None
