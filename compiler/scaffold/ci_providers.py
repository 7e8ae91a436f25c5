"""The CI servers that a new repository can be set up for; a small module of its own, since `init --help` lists them."""

from pathlib import Path

from compiler.foundation import resources

_CI_FOLDER = "ci"
_STARTER = "starter"


def ci_providers() -> tuple[str, ...]:
    """Names of the CI servers: each folder of `templates/ci/` that has starter files."""
    folder = resources.shipped_folder("templates") / _CI_FOLDER
    return tuple(sorted(path.name for path in folder.iterdir() if (path / _STARTER).is_dir()))


def ci_starter_folder(provider: str) -> Path:
    """The files that a new repository gets for a CI server."""
    return resources.shipped_folder("templates") / _CI_FOLDER / provider / _STARTER
