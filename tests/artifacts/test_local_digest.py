"""The digest of a local file and folder is what `sha256sum` prints, or an error that says why there is none."""

import hashlib
import os

import pytest

from compiler.artifacts.local_digest import local_digest
from compiler.foundation.errors import HostError, UsageError


def test_the_digest_of_a_folder_is_that_of_the_programs_of_the_system(artifact, recipe_digest, progress) -> None:
    digest = local_digest(artifact, progress)
    assert (digest.kind, digest.digest) == ("folder", recipe_digest(artifact))
    assert len(digest.files) == 8
    assert progress.done == progress.expected == sum(file.size for file in digest.files)


def test_the_digest_of_a_file_is_that_of_its_bytes(artifact, progress) -> None:
    digest = local_digest(artifact / "model.onnx", progress)
    assert (digest.kind, digest.digest) == ("file", f"sha256:{hashlib.sha256(b'weights').hexdigest()}")


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "model.onnx").write_bytes(b"Weights"),
        lambda folder: (folder / "model.onnx").rename(folder / "model2.onnx"),
        lambda folder: (folder / "new").write_bytes(b""),
        lambda folder: (folder / "B.txt").unlink(),
        lambda folder: (folder / "vocab.txt").rename(folder / "vocab" / "txt"),
    ],
    ids=["content", "name", "new empty file", "removed empty file", "folder"],
)
def test_each_change_of_a_file_changes_the_digest(change, artifact, progress) -> None:
    before = local_digest(artifact, progress).digest
    change(artifact)
    assert local_digest(artifact, progress).digest != before


def test_empty_folders_modes_and_times_change_nothing(artifact, progress) -> None:
    before = local_digest(artifact, progress).digest
    (artifact / "empty" / "deeper").mkdir(parents=True)
    (artifact / "model.onnx").chmod(0o600)
    os.utime(artifact / "model.onnx", (0, 0))
    assert local_digest(artifact, progress).digest == before


def test_the_state_of_the_hub_client_is_no_part_of_an_artifact(artifact, progress) -> None:
    before = local_digest(artifact, progress).digest
    state = artifact / ".cache" / "huggingface" / "download"
    state.mkdir(parents=True)
    (state / "model.onnx.metadata").write_text("1")
    assert local_digest(artifact, progress).digest == before
    (artifact / ".cache" / "weights").write_text("1")
    assert local_digest(artifact, progress).digest != before, "the rest of .cache is a part of it"


def test_a_folder_without_files_has_the_digest_of_nothing(tmp_path, progress) -> None:
    assert local_digest(tmp_path, progress).digest == f"sha256:{hashlib.sha256(b'').hexdigest()}"


def test_a_link_in_a_folder_is_refused(artifact, progress) -> None:
    (artifact / "link").symlink_to("model.onnx")
    with pytest.raises(UsageError, match="link is a symbolic link"):
        local_digest(artifact, progress)


def test_a_link_to_a_folder_that_is_named_itself_is_followed(artifact, tmp_path, progress) -> None:
    (tmp_path / "current").symlink_to(artifact)
    assert local_digest(tmp_path / "current", progress) == local_digest(artifact, progress)


def test_a_pipe_in_a_folder_and_a_device_are_refused(artifact, progress, tmp_path) -> None:
    os.mkfifo(artifact / "pipe")
    with pytest.raises(UsageError, match="pipe is neither a file nor a folder"):
        local_digest(artifact, progress)
    with pytest.raises(UsageError, match="pipe is neither a file nor a folder"):
        local_digest(artifact / "pipe", progress)


@pytest.mark.parametrize("name", ["a\\b", "a\nb", "a\rb", os.fsdecode(b"a\xff")], ids=ascii)
def test_a_name_that_programs_list_differently_is_refused(name, artifact, progress) -> None:
    (artifact / name).write_text("x")
    with pytest.raises(UsageError, match="for which programs print different lines"):
        local_digest(artifact, progress)


def test_a_missing_file_and_an_unreadable_one_are_errors(artifact, progress, monkeypatch) -> None:
    with pytest.raises(UsageError, match="nothing does not exist"):
        local_digest(artifact / "nothing", progress)

    def refuse(_path, *_arguments, **_options):
        raise PermissionError(13, "Permission denied", "model.onnx")

    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(HostError, match=r"cannot read model\.onnx: Permission denied"):
        local_digest(artifact / "model.onnx", progress)
