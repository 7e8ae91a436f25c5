"""The digest of a snapshot of a model on the Hugging Face Hub: of the folder with the files of one commit."""

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError, HFValidationError
from huggingface_hub.hf_api import RepoFile

from compiler.artifacts.artifact_digest import ArtifactDigest, FileDigest, Progress, folder_digest, require_listable
from compiler.artifacts.local_digest import local_digest
from compiler.foundation.errors import HostError, UsageError

_LOCATION = re.compile(r"(?P<repository>[^/:@]+/[^/:@]+)(?:[:@](?P<revision>[^:@]+))?")


def store_digest(location: str, progress: Progress) -> ArtifactDigest:
    """The digest of the files of a commit. The hub states the SHA-256 of each large file; the others are downloaded."""
    match = _LOCATION.fullmatch(location)
    if match is None:
        raise UsageError(
            f"hf://{location} does not name a model",
            help="Write `hf://OWNER/MODEL` or `hf://OWNER/MODEL:REVISION`.",
        )
    try:
        return _snapshot_digest(HfApi(os.environ.get("HF_ENDPOINT")), match["repository"], match["revision"], progress)
    except (HfHubHTTPError, HFValidationError, OSError) as error:
        summary = str(error).strip().partition("\n")[0]
        raise HostError(f"cannot read hf://{location}: {summary}") from error


def _snapshot_digest(hub: HfApi, repository: str, revision: str | None, progress: Progress) -> ArtifactDigest:
    commit = hub.model_info(repository, revision=revision).sha
    entries = hub.list_repo_tree(repository, revision=commit, recursive=True)
    files = [entry for entry in entries if isinstance(entry, RepoFile)]
    progress.expect(sum(file.size for file in files))
    return folder_digest(_file_digests(hub, repository, commit, files, progress), commit)


def _file_digests(
    hub: HfApi, repository: str, commit: str | None, files: list[RepoFile], progress: Progress
) -> Iterator[FileDigest]:
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            require_listable(file.path, repository)
            if file.lfs is not None:
                progress.advance(file.size)
                yield FileDigest(file.path, file.lfs.sha256, file.size)
                continue
            path = hub.hf_hub_download(repository, file.path, revision=commit, local_dir=folder)
            downloaded_file = local_digest(Path(path), _NoTotal(progress)).files[0]
            yield FileDigest(file.path, downloaded_file.sha256, downloaded_file.size)


class _NoTotal:
    """Passes on what was read; the total is known already."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def expect(self, size: int) -> None:
        """Ignore the size of one file."""

    def advance(self, size: int) -> None:
        """Pass on the size."""
        self._progress.advance(size)
