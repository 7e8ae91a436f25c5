"""Where the project lies in its git checkout."""

from pathlib import Path


def git_root(project: Path) -> Path:
    """The root of the git checkout that the project lies in; the project's folder outside of git."""
    candidates = (project, *project.parents)
    return next(
        (folder for folder in candidates if (folder / ".git").exists()), project
    )  # a file in a linked work tree


def checkout_subfolder(project: Path) -> str:
    """The project's folder from the root of its checkout, such as `ml/fraud`; empty at the root, and outside of git."""
    root = git_root(project)
    return "" if root == project else project.relative_to(root).as_posix()
