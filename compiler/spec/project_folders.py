"""The folders of a project that Modelyard writes to must be separate from those that it reads, and from each other."""

from collections.abc import Iterator

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import format_path
from compiler.spec.data_types import ProjectData
from compiler.spec.portfolio import PROJECT_FILE, FolderName, ProjectSpec, configured_folder, configured_output

_INPUT_FOLDERS: tuple[FolderName, ...] = ("models", "schemas", "templates")


def folder_overlap_findings(project: ProjectSpec) -> Iterator[Finding]:
    """Findings about the output folder and the records folder."""
    output, records = configured_output(project.data), configured_folder(project.data, "records")
    if _overlap(output, PROJECT_FILE):
        message, help_ = f"`{output}` of output is the project file", "choose a folder such as `build`"
        yield Finding(codes.FOLDER_OVERLAP, message, project.document.location(("output",)), project.subject, help_)
    if name := overlapping_folder(project.data, output):
        yield _overlap_finding(project, ("output",), output, name)
    if name := _first_overlap(project.data, records, _INPUT_FOLDERS):
        yield _overlap_finding(project, ("folders", "records"), records, name)


def overlapping_folder(project: ProjectData, output: str) -> FolderName | None:
    """The project folder that an output folder contains, equals or is inside of."""
    return _first_overlap(project, output, (*_INPUT_FOLDERS, "records"))


def _first_overlap(project: ProjectData, folder: str, names: tuple[FolderName, ...]) -> FolderName | None:
    return next((name for name in names if _overlap(folder, configured_folder(project, name))), None)


def _overlap(first_folder: str, second_folder: str) -> bool:
    """Whether one folder is inside the other, on a system that ignores case."""
    first, second = f"{first_folder}/".lower(), f"{second_folder}/".lower()
    return first.startswith(second) or second.startswith(first)


def _overlap_finding(project: ProjectSpec, pointer: tuple[str, ...], folder: str, name: FolderName) -> Finding:
    other_folder, other_pointer = configured_folder(project.data, name), ("folders", name)
    is_set = pointer[-1] in (project.data.get("folders", {}) if len(pointer) > 1 else project.data)
    return Finding(
        codes.FOLDER_OVERLAP,
        f"`{folder}` of {format_path(pointer)} and `{other_folder}` of {format_path(other_pointer)} are not separate folders",
        project.document.location(pointer if is_set else other_pointer),
        project.subject,
        f"choose a folder outside of `{other_folder}` that does not contain it",
    )
