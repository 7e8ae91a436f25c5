"""Commits the tree of an environment to its branch, with its source in trailers; the work tree and the index stay unchanged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from compiler import __version__
from compiler.foundation.errors import HostError, UsageError
from compiler.plan import conventions
from compiler.write.git_plumbing import CommitMessage, Repository

_MAX_ATTEMPTS = 5
"""How often a push may lose against others on a branch that several environments share."""


@dataclass(frozen=True, slots=True)
class PublishRequest:
    """What to publish: the files of an environment, the commit and its date, and the folder of the branch that the files replace."""

    environment: str
    files: Mapping[str, bytes]
    source_commit: str
    as_of: date
    folder: str = ""


@dataclass(frozen=True, slots=True)
class PublishResult:
    """The new tip of the branch and the differences; no commit, and the reason, if nothing was published."""

    commit: str | None
    differences: tuple[str, ...] = ()
    reason: str = ""


def publish(
    repository: Repository, request: PublishRequest, branch: str, remote: str | None, *, force: bool
) -> PublishResult:
    """Commit a request to a branch of a remote or of this repository. Nothing outside the request's folder changes.

    The files of a later source commit are kept. Raises `UsageError` if the folder was last changed by someone else, or belongs to another
    environment; `force` overrides both. If the branch moved in the meantime, the commit is rebuilt on its new tip.
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
    """Why the present files are kept, if they come from a later commit; raises `UsageError` if someone else changed them."""
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
    """The tip of the branch."""
    return repository.fetch_branch(remote, branch) if remote is not None else _local_tip(repository, branch)


def _local_tip(repository: Repository, branch: str) -> str | None:
    """The local branch, or its last known remote-tracking tip."""
    return repository.commit_of(f"refs/heads/{branch}") or repository.commit_of(f"refs/remotes/origin/{branch}")


def _message_text(request: PublishRequest) -> str:
    trailers = {
        conventions.SOURCE_TRAILER: request.source_commit,
        conventions.ENVIRONMENT_TRAILER: request.environment,
        conventions.DATE_TRAILER: request.as_of.isoformat(),
        conventions.VERSION_TRAILER: __version__,
    }
    return f"Publish {request.environment}\n\n" + "".join(f"{key}: {value}\n" for key, value in trailers.items())
