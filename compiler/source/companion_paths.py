"""Files that a spec names: rules, tables, prompts and tests that lie beside it."""

import posixpath

from compiler.source.tree import Tree, is_listed


def companion_path(tree: Tree, document_path: str, relative: str) -> str:
    """The tree's path of what a spec names relative to its own folder.

    `ValueError`, with a sentence for the author, where that is no place below the project's root, a hidden one, or one
    that only a symbolic link leads to. Whether a file is there is for `Tree.read` to say.
    """
    if not relative:
        raise ValueError("The path is empty.")
    if "\\" in relative:
        raise ValueError(f"`{relative}` has a backslash; write `/` between folders.")
    if relative.startswith("/"):
        raise ValueError(f"`{relative}` is absolute; write it relative to the spec's folder.")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(document_path), relative))
    if path == ".." or path.startswith("../"):
        raise ValueError(f"`{relative}` leaves the project's root.")
    if path == "." or not all(map(is_listed, path.split("/"))):
        raise ValueError(f"`{relative}` names a hidden file or folder, or none.")
    if not tree.has(path):
        _reject_symlink(tree, path)
    return path


def _reject_symlink(tree: Tree, path: str) -> None:
    for link in tree.links():
        if path == link or path.startswith(link + "/"):
            raise ValueError(f"`{link}` is a symbolic link; put the file itself there.")
