"""One interface: the same files are the same tree on disk, in git and in memory."""

import subprocess

import pytest

from compiler.source.memory_tree import MemoryTree
from compiler.source.revision import open_revision
from compiler.source.tree import NoSuchFile
from compiler.source.worktree import WorkTree

FILES = {
    "modelyard.yaml": b"name: x\n",
    "models/a.yaml": b"a: 1\n",
    "models/a/z.yaml": b"",
    "models/a-b.yaml": b"\xff\x00",
    "models/é 😀.yaml": "é".encode(),
    "models/.hidden.yaml": b"h",
    ".github/workflows/x.yml": b"w",
    "other/deep/er/f": b"f" * 100_000,
}
LINKS = {"models/link.yaml": "a.yaml", "linked": "models", "models/broken": "nowhere", "out": "/etc"}


@pytest.fixture(params=["disk", "git", "git below a folder", "memory"])
def tree(request, tmp_path):
    if request.param == "memory":
        return MemoryTree(FILES, links=LINKS)
    root = tmp_path / "inner" if request.param == "git below a folder" else tmp_path / "repo"
    for path, data in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    for path, target in LINKS.items():
        (root / path).symlink_to(target)
    if request.param == "disk":
        return WorkTree(root)
    top = tmp_path if request.param == "git below a folder" else root
    git = ["git", "-C", str(top), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "x"], check=True)
    return open_revision(root, "HEAD")


def test_regular_files_are_listed_in_order_without_hidden_ones_and_links(tree):
    assert list(tree.paths()) == [
        "models/a-b.yaml",
        "models/a.yaml",
        "models/a/z.yaml",
        "models/é 😀.yaml",
        "modelyard.yaml",
        "other/deep/er/f",
    ]


def test_links_are_listed_and_never_followed(tree):
    assert list(tree.links()) == ["linked", "models/broken", "models/link.yaml", "out"]
    assert list(tree.links("models")) == ["models/broken", "models/link.yaml"]


@pytest.mark.parametrize("folder", ["models/a", "models/a/"])
def test_a_folder_lists_what_is_below_it(tree, folder):
    assert list(tree.paths(folder)) == ["models/a/z.yaml"]


@pytest.mark.parametrize(
    "folder", ["nowhere", "models/a.yaml", "linked", "out", "..", "/", "/etc", "models/..", ".github", "a\0b"]
)
def test_what_is_no_folder_of_the_tree_lists_nothing(tree, folder):
    assert list(tree.paths(folder)) == []
    assert list(tree.links(folder)) == []


def test_files_are_read_as_they_are(tree):
    for path, data in FILES.items():
        assert tree.has(path)
        assert tree.read(path) == data


def test_the_blob_id_is_gits_own(tree):
    assert tree.blob_id("models/a/z.yaml") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    for path, data in FILES.items():
        result = subprocess.run(["git", "hash-object", "--stdin"], input=data, capture_output=True, check=True)
        assert tree.blob_id(path) == result.stdout.decode().strip()


@pytest.mark.parametrize(
    "path",
    """nowhere|models|models/||.|/etc/passwd|../repo/modelyard.yaml|models/../modelyard.yaml|./modelyard.yaml|models//a.yaml
models/link.yaml|linked/a.yaml|out/passwd|models/broken|a\0b|modelyard.yaml/x|.git/config|.GIT/HEAD|models/a.yaml/
\ud800""".replace("\n", "|").split("|"),
)
def test_what_is_no_file_of_the_tree_cannot_be_read(tree, path):
    assert not tree.has(path)
    with pytest.raises(NoSuchFile) as caught:
        tree.read(path)
    assert caught.value.path == path
    with pytest.raises(LookupError):
        tree.blob_id(path)


def test_a_tree_has_a_name_for_messages(tree):
    assert tree.label.split()[0] in {"the", "revision", "files"}


def test_broken_links_are_distinguished_from_links_to_files(tree):
    assert list(tree.folder_links()) == ["linked", "models/broken", "out"]
    assert list(tree.folder_links("models")) == ["models/broken"]


def test_the_link_on_a_path_is_its_first_part_that_is_one(tree):
    assert tree.link_on("linked/a.yaml") == "linked"
    assert tree.link_on("models/link.yaml") == "models/link.yaml"
    assert tree.link_on("models/a.yaml") is None
    assert tree.link_on("nowhere/a.yaml") is None
