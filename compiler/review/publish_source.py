"""What a publication is made from and where it goes: the source commit, and the branch and folder of an Environment."""

from compiler.foundation.errors import UsageError
from compiler.pipeline.session import Session
from compiler.pipeline.stages import BuildResult
from compiler.resolve.checks.delivery_checks import normalise_folder
from compiler.spec.portfolio import PROJECT_FILE


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


def environment_files(result: BuildResult, environment: str) -> dict[str, bytes]:
    """The rendered files of an environment, by path in its folder."""
    prefix = f"{environment}/"
    return {
        file.path.removeprefix(prefix): file.content
        for unit in result.units
        for file in unit.files
        if file.commit_path is None and file.path.startswith(prefix)
    }
