"""What a publication is made from and where it goes: the source commit, and the branch and folder of an Environment."""

from compiler.foundation.errors import UsageError
from compiler.foundation.packed_content import content_bytes
from compiler.pipeline.session import Session
from compiler.resolve.checks.delivery_checks import normalise_folder
from compiler.spec.portfolio import PROJECT_FILE
from compiler.write.output_units import Unit
from compiler.write.spooled_files import SpooledFiles


def source_paths(session: Session) -> tuple[str, ...]:
    """The files and folders of the project that a build reads."""
    folders = (session.portfolio.folder(name) for name in ("models", "schemas", "templates"))
    return (PROJECT_FILE, *folders)


def delivery_branch(session: Session, environment: str) -> str:
    """The branch that the Environment names; raises `UsageError` if there is none."""
    spec = session.portfolio.by_kind("Environment")[environment]
    branch = spec.data.get("delivery", {}).get("branch")
    if not branch:
        location = spec.document.location(("name",))
        help_ = f"add `delivery: {{branch: …}}` at {location.path}:{location.line}, or use --branch"
        raise UsageError(f"the Environment {environment} has no delivery branch", help=help_)
    return branch


def delivery_folder(session: Session, environment: str) -> str:
    """The folder of the branch that the environment's files go to; empty for the root."""
    spec = session.portfolio.by_kind("Environment")[environment]
    return normalise_folder(spec.data.get("delivery", {}).get("path", ""))


class EnvironmentFiles:
    """Takes the files of an environment as they are rendered, by path in its folder, onto the disk."""

    def __init__(self, environment: str, files: SpooledFiles) -> None:
        self._prefix = f"{environment}/"
        self._files = files

    def add(self, unit: Unit) -> None:
        """Take a unit."""
        for file in unit.files:
            if file.commit_path is None and file.path.startswith(self._prefix):
                self._files.add(file.path.removeprefix(self._prefix), content_bytes(file.content))

    def add_unchanged(self, _unit: str, _digest: str) -> bool:
        """All files are committed, those of kept units, too."""
        return False
