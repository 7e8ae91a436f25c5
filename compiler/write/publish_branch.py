"""An environment's tree as a commit on its branch: what it came from stands in its trailers, and work tree and index stay as they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from compiler import __version__
from compiler.foundation.errors import HostError, UsageError
from compiler.plan import conventions
from compiler.write.git_plumbing import CommitMessage, Repository

_MAX_ATTEMPTS = 5
"""How often others may be quicker on a branch that several environments share."""


@dataclass(frozen=True, slots=True)
class PublishRequest:
    """What is published: the files of an environment, made from a commit on a day, and the folder of the branch that they make up."""

    environment: str
    files: Mapping[str, bytes]
    source_commit: str
    as_of: date
    folder: str = ""


@dataclass(frozen=True, slots=True)
class PublishResult:
    """The commit that a branch leads to now, and what differs from before; no commit where nothing was to be done, and why."""

    commit: str | None
    differences: tuple[str, ...] = ()
    reason: str = ""


def publish(
    repository: Repository, request: PublishRequest, branch: str, remote: str | None, *, force: bool
) -> PublishResult:
    """Commit an edition to a branch: of a remote, or of this repository alone. Nothing is another outside the edition's folder.

    What a later commit made stays, whoever comes late with an earlier one. Raises `UsageError` where the folder was last changed by
    somebody else, or is another environment's. `force` is for both. Where others were quicker on the branch, it follows on them.
    """
    repository.require_branch(branch)
    for _ in range(_MAX_ATTEMPTS):
        tip = _branch_tip(repository, branch, remote)
        try:
            return _publish_once(repository, request, branch, remote, tip, force=force)
        except HostError:
            if _branch_tip(repository, branch, remote) == tip:
                raise
    return _publish_once(repository, request, branch, remote, _branch_tip(repository, branch, remote), force=force)


def _publish_once(
    repository: Repository, request: PublishRequest, branch: str, remote: str | None, tip: str | None, *, force: bool
) -> PublishResult:
    skip_reason = _skip_reason(repository, request, branch, tip) if tip is not None and not force else ""
    if skip_reason or (tip is None and not request.files):
        return PublishResult(None, reason=skip_reason or f"there is nothing for {branch}")
    message = CommitMessage(_message_text(request), repository.commit_timestamp(request.source_commit))
    commit = repository.create_commit(request.files, message, tip, request.folder)
    if tip is not None and repository.has_same_files(tip, commit):
        return PublishResult(None, reason=f"{branch} holds this tree already")
    if remote is not None:
        repository.push_commit(remote, branch, commit)
    else:
        repository.move_branch(branch, commit, tip if repository.commit_of(f"refs/heads/{branch}") else None)
    return PublishResult(commit, tuple(repository.differences(tip, commit)))


def _skip_reason(repository: Repository, request: PublishRequest, branch: str, tip: str) -> str:
    """Why what is there stays, where a later commit made it; raises `UsageError` where somebody else did."""
    last_commit = repository.last_change(tip, request.folder)
    if last_commit is None:
        return ""
    branch_label = f"`{request.folder}` of `{branch}`" if request.folder else f"`{branch}`"
    published_source = repository.trailer(last_commit, conventions.SOURCE_TRAILER)
    if not published_source:
        message = f"the last commit of {branch_label}, {last_commit[:7]}, was not made by `modelyard publish`"
        raise UsageError(message, help="look at it; --force publishes over it, as a commit that follows")
    published_environment = repository.trailer(last_commit, conventions.ENVIRONMENT_TRAILER)
    if published_environment != request.environment:
        message = f"{branch_label} holds what was published of {published_environment}"
        raise UsageError(message, help="give each Environment a branch or a folder of its own; --force replaces it")
    if published_source != request.source_commit and repository.is_ancestor(request.source_commit, published_source):
        return f"{branch} holds what a later commit made, {published_source[:7]}"
    return ""


def _branch_tip(repository: Repository, branch: str, remote: str | None) -> str | None:
    """The commit that the branch is at."""
    return repository.fetch_branch(remote, branch) if remote is not None else _local_tip(repository, branch)


def _local_tip(repository: Repository, branch: str) -> str | None:
    """The branch of this repository, or what was last seen of it elsewhere."""
    return repository.commit_of(f"refs/heads/{branch}") or repository.commit_of(f"refs/remotes/origin/{branch}")


def _message_text(request: PublishRequest) -> str:
    trailers = {
        conventions.SOURCE_TRAILER: request.source_commit,
        conventions.ENVIRONMENT_TRAILER: request.environment,
        conventions.DATE_TRAILER: request.as_of.isoformat(),
        conventions.VERSION_TRAILER: __version__,
    }
    return f"Publish {request.environment}\n\n" + "".join(f"{key}: {value}\n" for key, value in trailers.items())
