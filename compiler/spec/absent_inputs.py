"""Findings about inputs that are not read. Without them, models would vanish and a build would remove their files."""

from collections.abc import Iterable, Iterator, Sequence

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Location
from compiler.source.tree import Tree

_YAML_SUFFIXES = (".yaml", ".yml")


def input_link_findings(tree: Tree, folder: str, links: Sequence[str]) -> Iterator[Finding]:
    """Findings about symbolic links instead of an input folder, or below it instead of a folder or a YAML file.

    `links` are those below the folder.
    """
    first_link = tree.link_on(folder)
    for path in (first_link,) if first_link else _unread_links(tree, folder, links):
        yield Finding(
            codes.SYMBOLIC_LINK, f"{path} is a symbolic link", Location(path), help=codes.SYMBOLIC_LINK.remedy
        )


def _unread_links(tree: Tree, folder: str, links: Sequence[str]) -> Iterator[str]:
    """Links instead of a YAML file or a folder; a link to another file hides nothing that a build reads."""
    if links:  # few projects have any, and each listing reads all folders
        folder_links = frozenset(tree.folder_links(folder))
        yield from (path for path in links if path.endswith(_YAML_SUFFIXES) or path in folder_links)


def lfs_pointer_finding(path: str) -> Finding:
    """The finding about a file that Git LFS has not fetched."""
    return Finding(
        codes.LFS_POINTER,
        f"{path} is a pointer of Git LFS, not the file",
        Location(path),
        help=codes.LFS_POINTER.remedy,
    )


def unread_file_findings(folder: str, files: Iterable[str]) -> Iterator[Finding]:
    """Findings about files of a folder whose names end like those of YAML files in other letters, such as `.YAML`."""
    for path in files:
        if path.lower().endswith(_YAML_SUFFIXES) and not path.endswith(_YAML_SUFFIXES):
            name, dot, suffix = path.rpartition(".")
            help_ = f"rename it to {name}{dot}{suffix.lower()}, or move it out of {folder}/"
            yield Finding(codes.UNREAD_FILE, f"{path} is not read", Location(path), help=help_)
