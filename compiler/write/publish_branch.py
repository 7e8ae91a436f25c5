"""An environment's tree as a commit on its branch: what it came from stands in its trailers, and work tree and index stay as they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from compiler import __version__
from compiler.foundation.errors import SurroundingsError, UsageError
from compiler.plan import conventions as names
from compiler.write.git_plumbing import Message, Repository

_QUICKER = 5
"""How often others may be quicker on a branch that several environments share."""


@dataclass(frozen=True, slots=True)
class Edition:
    """What is published: the files of an environment, made from a commit on a day, and the folder of the branch that they make up."""

    environment: str
    files: Mapping[str, bytes]
    source: str
    as_of: date
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """The commit that a branch leads to now, and what differs from before; no commit where nothing was to be done, and why."""

    commit: str | None
    differences: tuple[str, ...] = ()
    why: str = ""


def publish(repository: Repository, edition: Edition, branch: str, remote: str | None, *, force: bool) -> Published:
    """Commit an edition to a branch: of a remote, or of this repository alone. Nothing is another outside the edition's folder.

    What a later commit made stays, whoever comes late with an earlier one. Raises `UsageError` where the folder was last changed by
    somebody else, or is another environment's. `force` is for both. Where others were quicker on the branch, it follows on them.
    """
    repository.require_branch(branch)
    for _ in range(_QUICKER):
        tip = _tip(repository, branch, remote)
        try:
            return _published(repository, edition, branch, remote, tip, force=force)
        except SurroundingsError:
            if _tip(repository, branch, remote) == tip:
                raise
    return _published(repository, edition, branch, remote, _tip(repository, branch, remote), force=force)


def _published(
    repository: Repository, edition: Edition, branch: str, remote: str | None, tip: str | None, *, force: bool
) -> Published:
    late = _late(repository, edition, branch, tip) if tip is not None and not force else ""
    if late or (tip is None and not edition.files):
        return Published(None, why=late or f"there is nothing for {branch}")
    message = Message(_words(edition), repository.moment(edition.source))
    made = repository.committed(edition.files, message, tip, edition.folder)
    if tip is not None and repository.same_files(tip, made):
        return Published(None, why=f"{branch} holds this tree already")
    if remote is not None:
        repository.push(remote, branch, made)
    else:
        repository.move(branch, made, tip if repository.commit_of(f"refs/heads/{branch}") else None)
    return Published(made, tuple(repository.differences(tip, made)))


def _late(repository: Repository, edition: Edition, branch: str, tip: str) -> str:
    """Why what is there stays, where a later commit made it; raises `UsageError` where somebody else did."""
    last = repository.last_change(tip, edition.folder)
    if last is None:
        return ""
    where = f"`{edition.folder}` of `{branch}`" if edition.folder else f"`{branch}`"
    source = repository.trailer(last, names.SOURCE_TRAILER)
    if not source:
        message = f"the last commit of {where}, {last[:7]}, was not made by `modelyard publish`"
        raise UsageError(message, help="look at it; --force publishes over it, as a commit that follows")
    whose = repository.trailer(last, names.ENVIRONMENT_TRAILER)
    if whose != edition.environment:
        message = f"{where} holds what was published of {whose}"
        raise UsageError(message, help="give each Environment a branch or a folder of its own; --force replaces it")
    if source != edition.source and repository.is_ancestor(edition.source, source):
        return f"{branch} holds what a later commit made, {source[:7]}"
    return ""


def _tip(repository: Repository, branch: str, remote: str | None) -> str | None:
    """The commit that the branch is at."""
    return repository.fetched(remote, branch) if remote is not None else _local(repository, branch)


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
