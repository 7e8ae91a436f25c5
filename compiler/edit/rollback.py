"""Back to what ran before: the canary taken away, or the release put back that an environment had."""

from collections.abc import Callable, Iterable

from compiler.diagnostics.finding import in_order
from compiler.edit.deployment_state import Situation, situation
from compiler.edit.edit_session import Changed, Draft, Outcome, not_editable
from compiler.edit.promote import drop_canary
from compiler.edit.yaml_edit import NotEditableError
from compiler.execution.jobs.tasks import published_release
from compiler.foundation.errors import UsageError
from compiler.pipeline.session import Run
from compiler.source.tree import Tree
from compiler.spec.portfolio import PROJECT_FILE, release_contents

History = Callable[[str], Iterable[Tree]]
"""The states of the project in which a file was changed, also where it had another name, the newest first."""


def rollback(run: Run, name: str, environment: str, to: str | None, history: History) -> Outcome:
    """The edit that takes an environment back, or why there is none.

    Without a version: a canary is taken away; where there is none, the release comes back that ran there before, by the history. No
    gate is asked, since what ran before was good enough.
    """
    at = situation(run.fleet, name, environment)
    if at.now is None or at.now.release is None:
        raise UsageError(f"nothing of {name} runs in {environment}", help="`modelyard promote` lets a release run")
    running = at.now.release.version
    try:
        if to is None and at.now.canary is not None:
            draft = Draft(run)
            drop_canary(draft, at)
            return draft.outcome(f"Take the canary {at.now.canary.version} of {name} out of {environment}")
        return _back(run, at, running, to or _before(at, running, history(at.spec.document.path)))
    except NotEditableError as error:
        return not_editable(error, at.spec)


def _back(run: Run, at: Situation, running: str, version: str) -> Outcome:
    name, environment = at.spec.name, at.environment.name
    published_release(run.fleet, run.tree, at.general, version)
    if version == running and at.general.canary is None:
        return Changed(f"{name} {version} runs in {environment} already", {})
    refused = in_order(at.out_of_stage())
    if refused:
        return refused
    draft = Draft(run)
    draft.set(at.spec, ("environments", environment, "release"), version)
    drop_canary(draft, at)
    return draft.outcome(f"Roll {name} back to {version} in {environment}")


def _before(at: Situation, running: str, states: Iterable[Tree]) -> str:
    """The release that ran in the environment before the one that runs now."""
    name, environment = at.spec.name, at.environment.name
    for tree in states:
        found = _running(tree, name, environment) if tree.has(PROJECT_FILE) else None
        if found is not None and found != running:
            if found in release_contents(at.spec.data):
                return found
            message = f"{name} {found} ran in {environment} before, and is not published any more"
            raise UsageError(message, help="say --to with one of: " + ", ".join(release_contents(at.spec.data)))
    path = at.spec.document.path
    message = f"no other release of {name} ran in {environment} when {path} was changed, as far as the history goes"
    raise UsageError(message, help="say --to; in CI, fetch the whole history; other files that may say a release were not looked at")


def _running(tree: Tree, name: str, environment: str) -> str | None:
    """The release that ran in a state; `None` where none did, or nobody can tell."""
    try:
        fleet = Run(tree).fleet
    except UsageError:
        return None
    if environment not in fleet.portfolio.of("Environment") or name not in fleet.portfolio.of("Model"):
        return None
    model = fleet.model(name, environment)
    return model.release.version if model and model.release else None
