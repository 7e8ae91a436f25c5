"""Loads a portfolio: reads every file, determines the kind of each document from its header, and validates each document on its own."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from posixpath import basename, dirname

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Location, Note, Subject
from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import Object, Pointer
from compiler.foundation.suggestions import closest_match
from compiler.source.companion_paths import companion_path
from compiler.source.document import Document
from compiler.source.tree import Tree, is_lfs_pointer
from compiler.source.yaml_parse import ParseFunction, ParseResult, parse
from compiler.spec.absent_inputs import input_link_findings, lfs_pointer_finding, unread_file_findings
from compiler.spec.finding_causes import one_per_cause, without_date_warnings
from compiler.spec.language import Language
from compiler.spec.portfolio import (
    ANY_KIND,
    ANY_NAME,
    API_VERSION,
    DEFAULTS_FILE,
    PACK_FILE,
    PROJECT_FILE,
    DefaultsSpec,
    Header,
    InvalidModel,
    Portfolio,
    ProjectSpec,
    Spec,
    TypedSpec,
    configured_folder,
    document_identity,
    iter_texts,
    misnamed_project_file,
)
from compiler.spec.project_folders import folder_overlap_findings
from compiler.spec.schema_findings import schema_finding
from compiler.spec.valid_parts import valid_parts

_EMPTY_PROJECT: Object = {"apiVersion": API_VERSION, "kind": "Project", "name": "", "environments": []}
"""What later stages read of a project that does not have it: no other document is read without a project."""
_QUOTED = re.compile(r"`([A-Za-z]+)`")
_MAX_SUGGESTED_KEYS = 2
"""Help with more names lists keys to choose from."""
_NAME_LINE = re.compile(r"^name:\s*[\"']?([a-z0-9-]+)", re.MULTILINE)


@dataclass
class _LoadState:
    language: Language
    specs: dict[str, dict[str, Spec]] = field(default_factory=dict)
    defaults: dict[str, DefaultsSpec] = field(default_factory=dict)
    specs_by_identity: dict[tuple[str, str], Spec] = field(default_factory=dict)
    broken_names: set[tuple[str, str]] = field(default_factory=set)
    unnamed_kinds: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    invalid_models: list[InvalidModel] = field(default_factory=list)


def load_portfolio(
    tree: Tree, language: Language, shipped_schemas: Tree | None = None, parse_yaml: ParseFunction = parse
) -> Portfolio:
    """Read and validate every document of the project; raises `UsageError` if there is no project.

    A policy that is an exact copy of a shipped one in `shipped_schemas` is not a policy of the project.
    """
    state = _LoadState(language)
    project, project_findings = load_project(tree, language)
    state.findings += project_findings
    models_folder = configured_folder(project.data, "models")
    files = dict(_parse_files(tree, models_folder, state, parse_yaml))
    files |= _parse_policy_files(tree, configured_folder(project.data, "schemas"), shipped_schemas, state, parse_yaml)
    state.findings += input_link_findings(tree, configured_folder(project.data, "templates"))
    if not files:
        if link := tree.link_on(models_folder):
            raise UsageError(f"{link} is a symbolic link, and is not read", help="replace it by the folder itself")
        setting = f"`folders.models` of {PROJECT_FILE}"
        raise UsageError(
            f"there is no spec in {models_folder}/ or below it", help=f"write the first one there, or fix {setting}"
        )
    companions = _companion_paths(tree, files)
    for path, parse_result in files.items():
        if path not in companions or any(
            document.data.get("apiVersion") == API_VERSION for document in parse_result.documents
        ):
            _add_file(path, parse_result, tree, state)
    return Portfolio(
        project=project,
        specs={kind: dict(sorted(specs.items())) for kind, specs in sorted(state.specs.items())},
        defaults=dict(sorted(state.defaults.items())),
        broken_names=frozenset(state.broken_names),
        unnamed_kinds=frozenset(state.unnamed_kinds),
        findings=tuple(state.findings),
        invalid_models=tuple(state.invalid_models),
    )


def load_project(tree: Tree, language: Language) -> tuple[ProjectSpec, list[Finding]]:
    """The project and its findings; a value that its schema rejects is left out. Raises `UsageError` where there is none."""
    if not tree.has(PROJECT_FILE):
        raise _missing_project_error(tree)
    parse_result = parse(tree.read(PROJECT_FILE), PROJECT_FILE)
    if len(parse_result.documents) != 1:
        raise UsageError(_unreadable_message(parse_result), help="fix it first: everything else depends on it")
    document = parse_result.documents[0]
    validator, name = language.kind_validator("Project"), Header.read(document).name
    violations = validator.violations(document.data, spelling=document.scalar_text)
    findings = [schema_finding(violation, document, Subject("Project", name)) for violation in violations]
    if violations:
        document = replace(document, data={**_EMPTY_PROJECT, **valid_parts(document.data, validator)})
    project: ProjectSpec = TypedSpec("Project", name, document)
    return project, [*parse_result.findings, *findings, *folder_overlap_findings(project)]


def _missing_project_error(tree: Tree) -> UsageError:
    name = misnamed_project_file(path for path in tree.paths() if "/" not in path)
    if name is not None:
        return UsageError(
            f"there is no {PROJECT_FILE} in {tree.label}", help=f"found {name}: rename it to {PROJECT_FILE}"
        )
    return UsageError(
        f"there is no {PROJECT_FILE} in {tree.label}",
        help=f"name the folder that contains {PROJECT_FILE} with --project, or create a project with `modelyard init`",
    )


def _unreadable_message(parse_result: ParseResult) -> str:
    for finding in parse_result.findings:
        if finding.location:
            return f"{PROJECT_FILE}:{finding.location.line}:{finding.location.column}: {finding.message.rstrip('.')}"
    return f"{PROJECT_FILE} has {len(parse_result.documents)} documents, but can have only one"


def _parse_files(
    tree: Tree, folder: str, state: _LoadState, parse_yaml: ParseFunction, skip_name: str = ""
) -> Iterator[tuple[str, ParseResult]]:
    state.findings += input_link_findings(tree, folder)
    state.findings += unread_file_findings(tree, folder)
    for path in filter(_is_yaml, tree.paths(folder)):
        if basename(path) != skip_name:
            content = tree.read(path)
            if is_lfs_pointer(content):
                state.findings.append(lfs_pointer_finding(path))
                state.broken_names.add((ANY_KIND, ANY_NAME))
            else:
                yield path, parse_yaml(content, path)


def _parse_policy_files(
    tree: Tree, schemas_folder: str, shipped_schemas: Tree | None, state: _LoadState, parse_yaml: ParseFunction
) -> dict[str, ParseResult]:
    """The files of the project's policy packs. A pack's own description is not a document."""
    policy_files: dict[str, ParseResult] = {}
    for path, parse_result in _parse_files(tree, f"{schemas_folder}/policies", state, parse_yaml, skip_name=PACK_FILE):
        relative_path = path.removeprefix(f"{schemas_folder}/")
        is_copy = (
            shipped_schemas is not None
            and shipped_schemas.has(relative_path)
            and shipped_schemas.read(relative_path) == tree.read(path)
        )
        if not is_copy:
            policy_files[path] = parse_result
    return policy_files


def _is_yaml(path: str) -> bool:
    return path.endswith((".yaml", ".yml"))


def _companion_paths(tree: Tree, files: Mapping[str, ParseResult]) -> frozenset[str]:
    """Paths of YAML files that a release names as companion files. They are not specs, whether the Model is valid or not."""
    paths: set[str] = set()
    for path, parse_result in files.items():
        for document in parse_result.documents:
            for relative in filter(_is_yaml, _source_texts(document.data)):
                with suppress(ValueError):
                    paths.add(companion_path(tree, path, relative))
    return frozenset(paths)


def _source_texts(data: Object) -> Iterator[str]:
    """Every text in the source of a document that may be invalid, and in those of its releases if it is a Model."""
    yield from iter_texts(data.get("source"))
    match data:
        case {"kind": "Model", "releases": Mapping() as releases}:
            for release in releases.values():
                if isinstance(release, Mapping):
                    yield from iter_texts(release.get("source"))


def _add_file(path: str, parse_result: ParseResult, tree: Tree, state: _LoadState) -> None:
    schema_findings_start = len(state.findings)
    if not parse_result.documents and any(finding.is_blocking for finding in parse_result.findings):
        if basename(path) == DEFAULTS_FILE:
            state.broken_names.add(("Defaults", dirname(path)))
        else:
            state.broken_names |= {(ANY_KIND, name) for name in _legible_names(tree.read(path)) or [ANY_NAME]}
    for document in parse_result.documents:
        header_finding = _header_finding(document, state.language)
        if header_finding is None:
            _add_document(document, state)
        else:
            state.findings.append(header_finding)
            state.broken_names.add((ANY_KIND, Header.read(document).name))
    if not parse_result.documents and not parse_result.findings:
        state.findings.append(
            Finding(codes.EMPTY_FILE, f"{path} contains no document", Location(path), help=codes.EMPTY_FILE.remedy)
        )
    schema_findings = state.findings[schema_findings_start:]
    parse_findings = without_date_warnings(parse_result, state.language)
    state.findings[schema_findings_start:] = one_per_cause(parse_findings, schema_findings)


def _legible_names(content: bytes) -> list[str]:
    """The names in a file that cannot be parsed. Without its NUL characters, UTF-16 is mostly legible as UTF-8."""
    return _NAME_LINE.findall(content.decode("utf-8", "replace").replace("\0", ""))


def _add_document(document: Document, state: _LoadState) -> None:
    kind, name = document_identity(document)
    spec = Spec(kind, name, document)
    placement_finding = _wrong_file_finding(spec) or _duplicate_finding(spec, state)
    if placement_finding:
        state.findings.append(placement_finding)
        state.broken_names.add((kind, name))
        return
    state.specs_by_identity[kind, name] = spec
    findings = _validate_spec(spec, state)
    if findings:
        has_valid_name = all(finding.subject.pointer != ("name",) for finding in findings if finding.subject)
        state.broken_names.add((kind, name))
        state.unnamed_kinds |= set() if has_valid_name else {kind}
    elif kind == "Defaults":
        state.defaults[name] = TypedSpec(kind, name, document)
    else:
        state.specs.setdefault(kind, {})[name] = TypedSpec(kind, name, document)


def _header_finding(document: Document, language: Language) -> Finding | None:
    """The finding for invalid header keys (`apiVersion`, `kind`, `type`)."""
    data = document.data
    header = Header.read(document)
    if "apiVersion" not in data and "kind" not in data:
        help_ = (
            f"start it with `apiVersion: {API_VERSION}` and a `kind`; "
            "files that a release lists under `files` or `tests` need neither"
        )
        return Finding(codes.UNKNOWN_KIND, "the document has no `kind`", document.key_location(()), help=help_)
    if data.get("apiVersion") != API_VERSION:
        return _unknown_header_finding(document, "apiVersion", "apiVersion", (API_VERSION,))
    if header.kind not in language.kinds:
        return _unknown_header_finding(document, "kind", "kind", language.kinds)
    if header.kind == "Model" and header.type not in language.types:
        return _unknown_header_finding(document, "type", "model type", language.types)
    return None


def _unknown_header_finding(document: Document, key: str, label: str, known_values: tuple[str, ...]) -> Finding:
    value = document.data.get(key)
    if value is None:
        help_ = (
            f"add `{key}: {known_values[0]}`"
            if len(known_values) == 1
            else f"add `{key}: …` with one of: {', '.join(known_values)}"
        )
        location = document.location((key,)) if key in document.data else document.key_location(())
        return Finding(codes.UNKNOWN_KIND, f"the document has no {label}", location, help=help_)
    suggestion = closest_match(value, known_values) if isinstance(value, str) else None
    help_ = f"did you mean `{suggestion}`?" if suggestion else f"one of: {', '.join(known_values)}"
    raw_text = document.scalar_text((key,)) or "that"
    return Finding(codes.UNKNOWN_KIND, f"there is no {label} `{raw_text}`", document.location((key,)), help=help_)


def _wrong_file_finding(spec: Spec) -> Finding | None:
    document = spec.document
    if (basename(document.path) == DEFAULTS_FILE) == (spec.kind == "Defaults") and spec.kind != "Project":
        return None
    message = f"{spec.kind} is not allowed in {document.path}"
    help_ = f"move it: Defaults belong in a file {DEFAULTS_FILE}, the Project in {PROJECT_FILE}, and all other documents in other files"
    return Finding(codes.WRONG_FILE, message, document.location(("kind",)), spec.subject, help_)


def _duplicate_finding(spec: Spec, state: _LoadState) -> Finding | None:
    first_spec = state.specs_by_identity.get((spec.kind, spec.name))
    if first_spec is None:
        return None
    if spec.kind == "Defaults":
        message, help_ = (
            f"there are two Defaults in {spec.document.path}",
            "merge them: a folder can have only one",
        )
    else:
        message, help_ = f"there are two documents of kind {spec.kind} with the name {spec.name}", "rename one of them"
    pointer = ("name",)
    notes = (Note("the other document", first_spec.document.location(pointer)),)
    return Finding(codes.DUPLICATE_NAME, message, spec.document.location(pointer), spec.subject, help_, notes)


def _validate_spec(spec: Spec, state: _LoadState) -> list[Finding]:
    language = state.language
    validator = (
        language.type_language(Header.read(spec.document).type).spec_validator
        if spec.kind == "Model"
        else language.kind_validator(spec.kind)
    )
    if validator.is_valid(spec.json):
        return []
    violations = validator.violations(spec.json, spelling=spec.document.scalar_text)
    findings = [schema_finding(violation, spec.document, spec.subject) for violation in violations]
    state.findings.extend(findings)
    if spec.kind == "Model":
        document = replace(spec.document, data=valid_parts(spec.json, validator))
        renamed_keys = frozenset(pointer for finding in findings for pointer in _suggested_keys(finding))
        state.invalid_models.append(InvalidModel(TypedSpec(spec.kind, spec.name, document), spec.json, renamed_keys))
    return findings


def _suggested_keys(finding: Finding) -> Iterator[Pointer]:
    """The keys that the help for an unknown key names, unless it only lists the known ones."""
    if finding.code is not codes.UNKNOWN_KEY or finding.subject is None:
        return
    suggestion = (finding.help or "").partition("known keys")[0]
    names = _QUOTED.findall(suggestion)
    for name in names if len(names) <= _MAX_SUGGESTED_KEYS else ():
        yield (*finding.subject.pointer[:-1], name)
