"""An environment's tree as a commit on its branch: what it came from stands in its trailers, and work tree and index stay as they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from compiler import __version__
from compiler.errors import UsageError
from compiler.plan import names
from compiler.write.repository import Message, Repository


@dataclass(frozen=True, slots=True)
class Edition:
    """What is published: the files of an environment, made from a commit on a day."""

    environment: str
    files: Mapping[str, bytes]
    source: str
    as_of: date


@dataclass(frozen=True, slots=True)
class Published:
    """The commit that a branch leads to now, and what differs from before; no commit where nothing was to be done, and why."""

    commit: str | None
    differences: tuple[str, ...] = ()
    why: str = ""


def publish(repository: Repository, edition: Edition, branch: str, remote: str | None, *, force: bool) -> Published:
    """Commit an edition to a branch: of a remote, or of this repository alone.

    What a later commit made stays, whoever comes late with an earlier one. Raises `UsageError` where the branch's last commit was made
    by somebody else. `force` is for both.
    """
    repository.require_branch(branch)
    tip = repository.fetched(remote, branch) if remote is not None else _local(repository, branch)
    if tip is not None and not force:
        source = repository.trailer(tip, names.SOURCE_TRAILER)
        if not source:
            message = f"the last commit of `{branch}`, {tip[:7]}, was not made by `modelyard publish`"
            raise UsageError(message, help="look at it; --force publishes over it, as a commit that follows")
        if source != edition.source and repository.is_ancestor(edition.source, source):
            return Published(None, why=f"{branch} holds what a later commit made, {source[:7]}")
    if tip is None and not edition.files:
        return Published(None, why=f"there is nothing for {branch}")
    seconds = repository.moment(edition.source)
    made = repository.committed(edition.files, Message(_words(edition), seconds), tip)
    if tip is not None and repository.same_files(tip, made):
        return Published(None, why=f"{branch} holds this tree already")
    if remote is not None:
        repository.push(remote, branch, made)
    else:
        repository.move(branch, made, repository.commit_of(f"refs/heads/{branch}"))
    return Published(made, tuple(repository.differences(tip, made)))


def _local(repository: Repository, branch: str) -> str | None:
    """The branch of this repository, or what was last seen of it elsewhere."""
    return repository.commit_of(f"refs/heads/{branch}") or repository.commit_of(f"refs/remotes/origin/{branch}")


def _words(edition: Edition) -> str:
    trailers = {
        names.SOURCE_TRAILER: edition.source,
        names.ENVIRONMENT_TRAILER: edition.environment,
        names.DATE_TRAILER: edition.as_of.isoformat(),
        names.VERSION_TRAILER: __version__,
    }
    return f"Publish {edition.environment}\n\n" + "".join(f"{key}: {value}\n" for key, value in trailers.items())
