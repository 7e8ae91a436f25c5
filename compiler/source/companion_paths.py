"""Resolves the companion files that a spec names: rules, tables, prompts, tests."""

import posixpath

from compiler.source.tree import Tree, is_listed


def companion_path(tree: Tree, document_path: str, relative: str) -> str:
    """The tree path of a path relative to the spec's folder.

    Raises `ValueError`, with a message for the author, if the path leaves the project, is hidden, or leads through a symbolic link.
    Whether the file exists is checked by `Tree.read`.
    """
    if not relative:
        raise ValueError("The path is empty.")
    if "\\" in relative:
        raise ValueError(f"`{relative}` contains a backslash; write `/` between folders.")
    if relative.startswith("/"):
        raise ValueError(f"`{relative}` is absolute; write it relative to the spec's folder.")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(document_path), relative))
    if path == ".." or path.startswith("../"):
        raise ValueError(f"`{relative}` is outside the project.")
    if path == "." or not all(map(is_listed, path.split("/"))):
        raise ValueError(f"`{relative}` is a hidden file or folder, or not a file.")
    if not tree.has(path):
        _reject_symlink(tree, path)
    return path


def _reject_symlink(tree: Tree, path: str) -> None:
    if link := tree.link_on(path):
        raise ValueError(f"`{link}` is a symbolic link; replace it with the file.")
