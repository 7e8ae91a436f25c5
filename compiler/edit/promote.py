"""A release that goes on to an environment, whole or for a part of the requests."""

from collections.abc import Iterator

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, in_order
from compiler.edit.deployment_state import Situation, situation
from compiler.edit.edit_session import Changed, Draft, Outcome, not_editable
from compiler.edit.yaml_edit import NotEditableError
from compiler.execution.jobs.tasks import champion_release, published_release
from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import as_object
from compiler.pipeline.session import Run
from compiler.resolve.release_gates import evaluate_of, judged, recorded
from compiler.resolve.resolved_model import Release
from compiler.spec.quantities import Percentage


def promote(run: Run, name: str, environment: str, version: str | None, canary: str | None) -> Outcome:
    """The edit that lets a release run in an environment, or why it may not.

    Without a version: the canary that is there, which then takes all requests, else what runs one step before. `canary`: the share of
    the requests that it takes beside the release that runs.
    """
    at = situation(run.fleet, name, environment)
    wanted = version or _obvious(at, canary)
    release = published_release(run.fleet, run.tree, at.general, wanted)
    running = at.now.release.version if at.now and at.now.release else None
    if running == wanted and (canary is not None or not _has_canary(at)):
        return Changed(f"{name} {wanted} runs in {environment} already", {})
    if canary is not None and running is None:
        raise UsageError(f"nothing of {name} runs in {environment} that {wanted} could be tried beside", help="leave out --canary")
    refused = (*at.out_of_stage(), *_missed(run, at, release))
    if refused:
        return in_order(refused)
    try:
        return _edited(run, at, wanted, canary)
    except NotEditableError as error:
        return not_editable(error, at.spec)


def share(text: str) -> str:
    """A share of the requests in its canonical spelling; raises `UsageError` for what is none."""
    try:
        found = Percentage(text)
    except ValueError as error:
        raise UsageError(f"`{text}` is no share of the requests", help="say a percentage such as 10%") from error
    if not text.rstrip().endswith("%") or not 0 < found.percent < 100:  # noqa: PLR2004 - all of them
        raise UsageError(f"`{text}` is no share of the requests", help="say a percentage such as 10%")
    return found


def _edited(run: Run, at: Situation, version: str, canary: str | None) -> Outcome:
    draft, place = Draft(run), ("environments", at.environment.name)
    if canary is not None:
        _try(draft, at, version, canary)
        return draft.outcome(f"Try {at.spec.name} {version} on {canary} of {at.environment.name}")
    draft.set(at.spec, (*place, "release"), version)
    drop_canary(draft, at)
    return draft.outcome(f"Promote {at.spec.name} {version} to {at.environment.name}")


def _try(draft: Draft, at: Situation, version: str, weight: str) -> None:
    """The canary that is wanted: in the words of the one that the model's entry has, where it says both and no more."""
    place = ("environments", at.environment.name, "canary")
    own = as_object(as_object(as_object(at.spec.data.get("environments")).get(at.environment.name)).get("canary"))
    said = {"release": version, "weight": weight}
    if own.keys() == said.keys():
        for key, value in said.items():
            if own[key] != value:
                draft.set(at.spec, (*place, key), value)
    else:
        drop_canary(draft, at)
        draft.set(at.spec, place, said, after="release")


def drop_canary(draft: Draft, at: Situation) -> None:
    """No canary any more: the model's own is taken away, and one that another layer says is deleted."""
    place = ("environments", at.environment.name, "canary")
    draft.remove(at.spec, place)
    if _has_canary(at) and not _is_own(at):
        draft.set(at.spec, place, None)


def _is_own(at: Situation) -> bool:
    """Whether nothing but the model's entry for the environment says the canary."""
    said = [one for one in at.now.blame(("canary",)) if not one.deletes] if at.now else []
    own = ("environments", at.environment.name)
    return all(one.layer.document is at.spec.document and one.layer.pointer == own for one in said)


def _has_canary(at: Situation) -> bool:
    return at.now is not None and at.now.canary is not None


def _obvious(at: Situation, canary: str | None) -> str:
    if canary is None and at.now is not None and at.now.canary is not None:
        return at.now.canary.version
    if not at.before:
        raise UsageError(
            f"{at.spec.name} runs nowhere before {at.environment.name}, so that no release is obvious", help="say --release"
        )
    there = {model.release.version: model for model in at.before[-1] if model.release}
    if len(there) == 1:
        return next(iter(there))
    told = ", ".join(f"{version} in {model.environment.name}" for version, model in there.items() if model.environment)
    raise UsageError(f"several releases of {at.spec.name} run before {at.environment.name}: {told}", help="say --release")


def _missed(run: Run, at: Situation, release: Release) -> Iterator[Finding]:
    """What the release misses of gates and champion, by what is on record; what a program measures is for CI to judge."""
    model = at.general
    best = champion_release(run.fleet, model)
    measures = "command" in as_object(evaluate_of(model).get("run"))
    for found in judged(model, recorded(release), recorded(best) if best else None):
        if not (measures and found.code is codes.NOT_MEASURED):
            yield found
