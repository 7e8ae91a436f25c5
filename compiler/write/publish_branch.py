"""Commits the tree of an environment to its branch, with its source in trailers; the work tree and the index stay unchanged."""

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from compiler import __version__
from compiler.foundation.errors import HostError, UsageError
from compiler.plan import conventions
from compiler.write.git_plumbing import CommitMessage, Repository

_MAX_ATTEMPTS = 12
"""How often a publication may lose against others that write to the same branch."""

_MAX_PAUSE_SECONDS = 2.0
_LOCK_ERROR = "lock"
"""What git's messages contain if another process writes the same ref at this moment."""


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


@dataclass(frozen=True, slots=True)
class _Tip:
    """The commit to follow, and where the branch must still be when it is moved; no commit if there is no such branch."""

    commit: str | None
    expected_commit: str | None


def publish(
    repository: Repository, request: PublishRequest, branch: str, remote: str | None, *, force: bool
) -> PublishResult:
    """Commit a request to a branch of a remote or of this repository. Nothing outside the request's folder changes.

    The files of a later source commit are kept. Raises `UsageError` if the folder was last changed by someone else, or belongs to another
    environment; `force` overrides both. The branch moves only from the commit that was looked at: if it moved in the meantime, the commit
    is rebuilt on its new tip. Raises `HostError` if it moves again and again.
    """
    repository.require_writable_branch(branch)
    for attempt in range(_MAX_ATTEMPTS):
        tip = _branch_tip(repository, branch, remote)
        try:
            return _publish_once(repository, request, branch, remote, tip, force=force)
        except HostError as error:
            if _LOCK_ERROR not in error.message and _branch_tip(repository, branch, remote) == tip:
                raise
        # Without a random pause, the same process may lose each time.
        time.sleep(random.uniform(0, min(0.05 * 2**attempt, _MAX_PAUSE_SECONDS)))  # noqa: S311 - no secret
    raise HostError(
        f"`{branch}` moved {_MAX_ATTEMPTS} times while {request.environment} was published. Nothing was published.",
        help="Run the command again when fewer processes write to the branch.",
    )


def _publish_once(
    repository: Repository, request: PublishRequest, branch: str, remote: str | None, tip: _Tip, *, force: bool
) -> PublishResult:
    parent = tip.commit
    skip_reason = _skip_reason(repository, request, branch, parent) if parent is not None and not force else ""
    if skip_reason or (parent is None and not request.files):
        return PublishResult(None, reason=skip_reason or f"there are no files to publish to {branch}")
    message = CommitMessage(_message_text(request), repository.commit_timestamp(request.source_commit))
    commit = repository.create_commit(request.files, message, parent, request.folder)
    if parent is not None and repository.has_same_files(parent, commit):
        return PublishResult(None, reason=f"{branch} is up to date")
    if remote is not None:
        repository.push_commit(remote, branch, commit, tip.expected_commit)
    else:
        repository.move_branch(branch, commit, tip.expected_commit)
    return PublishResult(commit, tuple(repository.differences(parent, commit)))


def _skip_reason(repository: Repository, request: PublishRequest, branch: str, tip: str) -> str:
    """Why the present files are kept, if they come from a later commit; raises `UsageError` if someone else changed them."""
    last_commit = repository.last_change(tip, request.folder)
    if last_commit is None:
        return ""
    branch_label = f"`{request.folder}` of `{branch}`" if request.folder else f"`{branch}`"
    published_source = repository.trailer(last_commit, conventions.SOURCE_TRAILER)
    if not published_source:
        message = f"the last commit of {branch_label}, {last_commit[:7]}, was not made by `modelyard publish`"
        raise UsageError(message, help="check that commit; to publish on top of it, use --force")
    published_environment = repository.trailer(last_commit, conventions.ENVIRONMENT_TRAILER)
    if published_environment != request.environment:
        message = f"{branch_label} contains files published for {published_environment}"
        raise UsageError(
            message, help="give each Environment its own branch or folder; to replace the files, use --force"
        )
    if published_source != request.source_commit and repository.is_ancestor(request.source_commit, published_source):
        return f"{branch} was published from a later commit, {published_source[:7]}"
    return ""


def _branch_tip(repository: Repository, branch: str, remote: str | None) -> _Tip:
    """The tip of the branch; of a local branch that does not exist yet, its last known remote-tracking tip."""
    if remote is not None:
        tip = repository.fetch_branch(remote, branch)
        return _Tip(tip, tip)
    local_tip = repository.commit_of(f"refs/heads/{branch}")
    return _Tip(local_tip or repository.commit_of(f"refs/remotes/origin/{branch}"), local_tip)


def _message_text(request: PublishRequest) -> str:
    trailers = {
        conventions.SOURCE_TRAILER: request.source_commit,
        conventions.ENVIRONMENT_TRAILER: request.environment,
        conventions.DATE_TRAILER: request.as_of.isoformat(),
        conventions.VERSION_TRAILER: __version__,
    }
    return f"Publish {request.environment}\n\n" + "".join(f"{key}: {value}\n" for key, value in trailers.items())
