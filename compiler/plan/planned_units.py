"""Planned files, and the units that own them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Subject
from compiler.foundation.json_data import Json, Object
from compiler.foundation.provenance import ComputedValue, ContextValue
from compiler.plan.context.lazy_context import Context
from compiler.plan.emitters.emitter import Emitter, FileRule
from compiler.plan.emitters.emitter_loader import emitter_finding
from compiler.plan.emitters.emitter_templates import EmitterTemplates
from compiler.plan.output_paths import fold_path, invalid_path_reason
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel
from compiler.resolve.resolver import references
from compiler.spec.portfolio import PROJECT_FILE, Spec, configured_output


@dataclass(frozen=True)
class PlannedFile:
    """A file to render: its path below the output folder, its path in the repository (if committed), its rule, and its context."""

    path: str
    commit_path: str | None
    emitter: Emitter
    rule: FileRule
    context: Context
    model: ResolvedModel | None
    sources: tuple[str, ...]


@dataclass(frozen=True)
class PlannedUnit:
    """Files that are owned together; `findings` if some of them cannot be rendered."""

    id: str
    files: tuple[PlannedFile, ...]
    findings: tuple[Finding, ...]


def shared_unit_id(group: str) -> str:
    """The id of the unit with the files of an emitter group that belong to no environment; no environment can have such a name."""
    return f"all.{group}"


def render_paths(
    fleet: Fleet, templates: EmitterTemplates, emitter: Emitter, rule: FileRule, context: Context
) -> tuple[str, str | None] | Finding:
    """The path of a rule's file, and its path in the repository."""
    paths: dict[str, str] = {}
    for key, template in (("path", rule.path), ("commitPath", rule.commit_path)):
        pointer = (*rule.pointer, key)
        path = templates.render_value(emitter, template or "", context, pointer)
        if isinstance(path, Finding):
            return path
        paths[key] = path if isinstance(path, str) else ""
        if template and (reason := invalid_path_reason(paths[key])):
            message = f"the path {paths[key]!r} {reason}"
            return emitter_finding(emitter, message, pointer, "change the path, or rename the object that it names")
    commit_path = paths["commitPath"]
    if commit_path and (folder := _project_folder_of(fleet, commit_path)):
        message = f"`{commit_path}` is in `{folder}`, where files are not committed by a build"
        return emitter_finding(
            emitter, message, (*rule.pointer, "commitPath"), "choose a folder that is only written to, such as records/"
        )
    return paths["path"], commit_path or None


def _project_folder_of(fleet: Fleet, path: str) -> str | None:
    """The folder of inputs or of output that contains a path; the project file counts as a folder."""
    portfolio = fleet.portfolio
    folders = [portfolio.folder(name) for name in ("models", "templates", "schemas")]
    folders += [configured_output(portfolio.project.data), PROJECT_FILE]
    return next((folder for folder in folders if f"{fold_path(path)}/".startswith(f"{fold_path(folder)}/")), None)


def source_paths(*models: ResolvedModel) -> tuple[str, ...]:
    """The files that models were read from: the documents of their layers, and companion files."""
    layers = [layer.document.path for model in models for layer in model.layers if layer.document]
    releases = [release for model in models for release in (model.release, model.canary) if release]
    return tuple(dict.fromkeys([*layers, *(file.path for release in releases for file in release.files)]))


def input_paths(fleet: Fleet, *models: ResolvedModel) -> tuple[str, ...]:
    """All files that rendered output of models depends on: their sources, and the documents that they name."""
    portfolio = fleet.portfolio
    specs = [spec for model in models for spec in (model.environment, *_referenced_specs(fleet, model)) if spec]
    documents = dict.fromkeys(spec.document.path for spec in (portfolio.project, *specs))
    return tuple(sorted({*source_paths(*models), *documents}))


def _referenced_specs(fleet: Fleet, model: ResolvedModel) -> Iterator[Spec]:
    language = fleet.language.type_language(model.data["type"])
    for kind, name, _, _ in references(model, language):
        spec = fleet.portfolio.by_kind(kind).get(name)
        if spec is not None:
            yield spec


def emitter_metadata(emitter: Emitter) -> dict[str, ContextValue]:
    """The regime and the legal basis of an emitter's records, as templates see them."""
    return {key: ComputedValue(emitter.json[key], ()) for key in ("regime", "legalBasis") if key in emitter.json}


def unit_value(
    path: str, resources: Sequence[str] = (), sources: Sequence[str] = (), artifacts: Sequence[Json] = ()
) -> ComputedValue:
    """The unit as templates see it; files rendered last also see digests."""
    data: Object = {
        "path": path, "resources": list(resources), "files": [], "sources": list(sources), "artifacts": list(artifacts),
    }  # fmt: skip
    return ComputedValue(data, ())


def path_collisions(files: Iterable[PlannedFile]) -> Iterator[Finding]:
    """Findings about files of a unit with the same path."""
    files_by_path: dict[str, PlannedFile] = {}
    for file in files:
        first_file = files_by_path.setdefault(file.path, file)
        if first_file is not file:
            message = f"{first_file.emitter.id} and {file.emitter.id} both write {file.path}"
            location = file.emitter.location((*file.rule.pointer, "path"))
            yield Finding(
                codes.DUPLICATE_PATH,
                message,
                location,
                Subject("Emitter", file.emitter.id),
                "give one of them another path",
            )


def rendered_kinds(unit: PlannedUnit) -> Iterator[tuple[str, str] | Finding]:
    """Group and kind of each resource of a unit; a finding if they are unknown."""
    for file in unit.files:
        if file.rule.is_resource and file.commit_path is None:
            yield _resource_kind(file)


def kind_values(kinds: Sequence[tuple[str, str]]) -> list[Json]:
    """Kinds as templates see them, sorted."""
    return [{"group": group, "kind": kind} for group, kind in sorted(kinds)]


def _resource_kind(file: PlannedFile) -> tuple[str, str] | Finding:
    parts = (file.rule.schema or "").split("/")
    if len(parts) in {2, 3} and not parts[-1].endswith(".json"):
        return (parts[0] if len(parts) == 3 else ""), parts[-1]  # noqa: PLR2004 - group, version and kind; the core API has no group
    message = f"the kind of {file.rule.path} is unknown, and a list of allowed kinds needs it"
    help_ = "set `schema: <group>/<version>/<kind>`, or `resource: false` if it is not an object of a cluster"
    return emitter_finding(file.emitter, message, (*file.rule.pointer, "schema"), help_)
