"""Where the project lies in its git checkout."""

from pathlib import Path


def within_checkout(project: Path) -> str:
    """The project's folder from the root of its checkout, such as `ml/fraud`; empty at the root, and outside of git."""
    for folder in (project, *project.parents):
        if (folder / ".git").exists():  # a file in a linked work tree
            return "" if folder == project else project.relative_to(folder).as_posix()
    return ""
