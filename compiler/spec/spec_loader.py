"""Loads a portfolio: reads every file, determines the kind of each document from its header, and validates each document on its own."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from posixpath import basename, dirname

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Location, Note, Subject
from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import Object, Pointer
from compiler.foundation.suggestions import closest_match
from compiler.json_schema.validator import Validator
from compiler.source.companion_paths import companion_path
from compiler.source.document import Document
from compiler.source.document_reader import DocumentReader, ReadFile
from compiler.source.tree import Tree
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
    ModelSpec,
    Portfolio,
    ProjectSpec,
    Spec,
    TypedSpec,
    configured_folder,
    document_identity,
    misnamed_project_file,
)
from compiler.spec.project_folders import folder_overlap_findings
from compiler.spec.schema_findings import schema_finding
from compiler.spec.spec_header import (
    YAML_SUFFIXES,
    SpecHeader,
    decode_header,
    encode_header,
    read_header,
    yaml_companions,
)
from compiler.spec.valid_parts import valid_parts

Track = Callable[[Sequence[str]], Iterator[str]]
"""Gives the paths of files one by one; the files are read in between."""
_EMPTY_PROJECT: Object = {"apiVersion": API_VERSION, "kind": "Project", "name": "", "environments": []}
"""What later stages read of a project that does not have it: no other document is read without a project."""
_QUOTED = re.compile(r"`([A-Za-z]+)`")
_MAX_SUGGESTED_KEYS = 2
"""Help with more names lists keys to choose from."""
_NAME_LINE = re.compile(r"^name:\s*[\"']?([a-z0-9-]+)", re.MULTILINE)


@dataclass
class _LoadState:
    language: Language
    reader: DocumentReader
    track: Track
    specs: dict[str, dict[str, Spec]] = field(default_factory=dict)
    defaults: dict[str, DefaultsSpec] = field(default_factory=dict)
    specs_by_identity: dict[tuple[str, str], Spec] = field(default_factory=dict)
    broken_names: set[tuple[str, str]] = field(default_factory=set)
    unnamed_kinds: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    invalid_models: list[InvalidModel] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _LoadedFile:
    """A file with the headers of its documents; `None` for a document that its schema may reject."""

    documents: tuple[Document, ...]
    headers: tuple[SpecHeader | None, ...]
    findings: tuple[Finding, ...]
    yaml_companions: tuple[str, ...]


def load_portfolio(
    tree: Tree,
    language: Language,
    shipped_schemas: Tree | None = None,
    reader: DocumentReader | None = None,
    track: Track = iter,
) -> Portfolio:
    """Read and validate every document of the project; raises `UsageError` if there is no project.

    A policy that is an exact copy of a shipped one in `shipped_schemas` is not a policy of the project. `reader` reads the files of specs.
    `track` may show the progress.
    """
    state = _LoadState(language, reader or DocumentReader(tree), track)
    project, project_findings = load_project(tree, language, state.reader)
    state.findings += project_findings
    models_folder = configured_folder(project.data, "models")
    files = dict(_load_files(tree, models_folder, state))
    files |= _load_policy_files(tree, configured_folder(project.data, "schemas"), shipped_schemas, state)
    templates_folder = configured_folder(project.data, "templates")
    state.findings += input_link_findings(tree, templates_folder, tree.listing(templates_folder).links)
    if not files:
        if link := tree.link_on(models_folder):
            raise UsageError(f"{link} is a symbolic link, and is not read", help="replace it by the folder itself")
        setting = f"`folders.models` of {PROJECT_FILE}"
        raise UsageError(
            f"there is no spec in {models_folder}/ or below it", help=f"write the first one there, or fix {setting}"
        )
    companions = _companion_paths(tree, files)
    for path, file in files.items():
        if path not in companions or any(document.data.get("apiVersion") == API_VERSION for document in file.documents):
            _add_file(path, file, tree, state)
    return Portfolio(
        project=project,
        specs={kind: dict(sorted(specs.items())) for kind, specs in sorted(state.specs.items())},
        defaults=dict(sorted(state.defaults.items())),
        broken_names=frozenset(state.broken_names),
        unnamed_kinds=frozenset(state.unnamed_kinds),
        findings=tuple(state.findings),
        invalid_models=tuple(state.invalid_models),
    )


def load_project(tree: Tree, language: Language, reader: DocumentReader) -> tuple[ProjectSpec, list[Finding]]:
    """The project and its findings; a value that its schema rejects is left out. Raises `UsageError` where there is none."""
    if not tree.has(PROJECT_FILE):
        raise _missing_project_error(tree)
    file = reader.read(PROJECT_FILE)
    if len(file.documents) != 1:
        raise UsageError(_unreadable_message(file), help="fix it first: everything else depends on it")
    document, header = file.documents[0], decode_header(file.facts[0])
    findings: list[Finding] = []
    if header is not None and header.kind == "Project":
        project: ProjectSpec = TypedSpec("Project", header.name, document, header)
    else:
        project, findings = _validate_project(document, language, reader)
    return project, [*file.findings, *findings, *folder_overlap_findings(project)]


def _validate_project(
    document: Document, language: Language, reader: DocumentReader
) -> tuple[ProjectSpec, list[Finding]]:
    """The project without the values that its schema rejects, and the findings about these. The header of a valid one is stored."""
    validator, name = language.kind_validator("Project"), Header.read(document).name
    violations = validator.violations(document.data, spelling=document.scalar_text)
    if violations:
        findings = [schema_finding(violation, document, Subject("Project", name)) for violation in violations]
        document = document.with_data({**_EMPTY_PROJECT, **valid_parts(document.data, validator)})
        return TypedSpec("Project", name, document, read_header(document, language)), findings
    header = read_header(document, language)
    reader.set_facts(document, encode_header(header))
    return TypedSpec("Project", name, document, header), []


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


def _unreadable_message(file: ReadFile) -> str:
    for finding in file.findings:
        if finding.location:
            return f"{PROJECT_FILE}:{finding.location.line}:{finding.location.column}: {finding.message.rstrip('.')}"
    return f"{PROJECT_FILE} has {len(file.documents)} documents, but can have only one"


def _load_files(tree: Tree, folder: str, state: _LoadState, skip_name: str = "") -> Iterator[tuple[str, _LoadedFile]]:
    listing = tree.listing(folder)
    state.findings += input_link_findings(tree, folder, listing.links)
    state.findings += unread_file_findings(folder, listing.files)
    paths = [path for path in listing.files if path.endswith(YAML_SUFFIXES) and basename(path) != skip_name]
    for path in state.track(paths):
        file = state.reader.read(path)
        if file.is_lfs_pointer:
            state.findings.append(lfs_pointer_finding(path))
            state.broken_names.add((ANY_KIND, ANY_NAME))
        else:
            yield path, _load_file(file, state)


def _load_file(file: ReadFile, state: _LoadState) -> _LoadedFile:
    """A file with headers: those that an earlier run stored, or new ones of the documents that their schema accepts."""
    headers = tuple(map(decode_header, file.facts))
    companions = [path for header in headers if header for path in header.yaml_companions]
    if None in headers:
        companions = [path for document in file.documents for path in yaml_companions(document.data)]
        headers = tuple(
            header or _accepted_header(document, state)
            for document, header in zip(file.documents, headers, strict=True)
        )
    return _LoadedFile(file.documents, headers, file.findings, tuple(companions))


def _accepted_header(document: Document, state: _LoadState) -> SpecHeader | None:
    """The header of a document that its schema accepts, which is stored for later runs."""
    if document.data.get("apiVersion") != API_VERSION:
        return None
    header = read_header(document, state.language)
    validator = _validator(header.kind, header.type, state.language)
    if validator is None or not validator.is_valid(document.data):
        return None
    state.reader.set_facts(document, encode_header(header))
    return header


def _validator(kind: str, type_: str, language: Language) -> Validator | None:
    """The validator of a kind, or of a type of Model; `None` for one that is unknown."""
    if kind == "Model":
        return language.type_language(type_).spec_validator if type_ in language.types else None
    return language.kind_validator(kind) if kind in language.kinds else None


def _load_policy_files(
    tree: Tree, schemas_folder: str, shipped_schemas: Tree | None, state: _LoadState
) -> dict[str, _LoadedFile]:
    """The files of the project's policy packs. A pack's own description is not a document."""
    policy_files: dict[str, _LoadedFile] = {}
    for path, file in _load_files(tree, f"{schemas_folder}/policies", state, skip_name=PACK_FILE):
        relative_path = path.removeprefix(f"{schemas_folder}/")
        is_copy = (
            shipped_schemas is not None
            and shipped_schemas.has(relative_path)
            and shipped_schemas.blob_id(relative_path) == state.reader.blob_id(path)
        )
        if not is_copy:
            policy_files[path] = file
    return policy_files


def _companion_paths(tree: Tree, files: Mapping[str, _LoadedFile]) -> frozenset[str]:
    """Paths of YAML files that a release names as companion files. They are not specs, whether the Model is valid or not."""
    paths: set[str] = set()
    for path, file in files.items():
        for relative in file.yaml_companions:
            with suppress(ValueError):
                paths.add(companion_path(tree, path, relative))
    return frozenset(paths)


def _add_file(path: str, file: _LoadedFile, tree: Tree, state: _LoadState) -> None:
    schema_findings_start = len(state.findings)
    if not file.documents and any(finding.is_blocking for finding in file.findings):
        if basename(path) == DEFAULTS_FILE:
            state.broken_names.add(("Defaults", dirname(path)))
        else:
            state.broken_names |= {(ANY_KIND, name) for name in _legible_names(tree.read(path)) or [ANY_NAME]}
    for document, header in zip(file.documents, file.headers, strict=True):
        header_finding = None if header else _header_finding(document, state.language)
        if header_finding is None:
            _add_document(document, header, state)
        else:
            state.findings.append(header_finding)
            state.broken_names.add((ANY_KIND, Header.read(document).name))
    if not file.documents and not file.findings:
        state.findings.append(
            Finding(codes.EMPTY_FILE, f"{path} contains no document", Location(path), help=codes.EMPTY_FILE.remedy)
        )
    if file.findings or len(state.findings) > schema_findings_start:
        _add_parse_findings(path, file, schema_findings_start, state)


def _add_parse_findings(path: str, file: _LoadedFile, schema_findings_start: int, state: _LoadState) -> None:
    """Merge the findings of the parser with those of the schemas, which begin at an index."""
    parse_findings = without_date_warnings(file.documents, file.findings, state.language)
    if not parse_findings:
        state.reader.dismiss_findings(path)
    schema_findings = state.findings[schema_findings_start:]
    state.findings[schema_findings_start:] = one_per_cause(parse_findings, schema_findings)


def _legible_names(content: bytes) -> list[str]:
    """The names in a file that cannot be parsed. Without its NUL characters, UTF-16 is mostly legible as UTF-8."""
    return _NAME_LINE.findall(content.decode("utf-8", "replace").replace("\0", ""))


def _add_document(document: Document, header: SpecHeader | None, state: _LoadState) -> None:
    kind, name = _identity(document, header)
    spec = Spec(kind, name, document)
    placement_finding = _wrong_file_finding(spec) or _duplicate_finding(spec, state)
    if placement_finding:
        state.findings.append(placement_finding)
        state.broken_names.add((kind, name))
        return
    state.specs_by_identity[kind, name] = spec
    if header is None:
        findings = _reject_spec(spec, state)
        has_valid_name = all(finding.subject.pointer != ("name",) for finding in findings if finding.subject)
        state.broken_names.add((kind, name))
        state.unnamed_kinds |= set() if has_valid_name else {kind}
    elif kind == "Defaults":
        state.defaults[name] = TypedSpec(kind, name, document, header)
    else:
        state.specs.setdefault(kind, {})[name] = TypedSpec(kind, name, document, header)


def _identity(document: Document, header: SpecHeader | None) -> tuple[str, str]:
    if header is None:
        return document_identity(document)
    return header.kind, dirname(document.path) if header.kind == "Defaults" else header.name


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


def _reject_spec(spec: Spec, state: _LoadState) -> list[Finding]:
    """The findings about a document that its schema rejects."""
    validator = _validator(spec.kind, Header.read(spec.document).type, state.language)
    violations = validator.violations(spec.json, spelling=spec.document.scalar_text) if validator else ()
    findings = [schema_finding(violation, spec.document, spec.subject) for violation in violations]
    state.findings.extend(findings)
    if spec.kind == "Model" and validator:
        document = spec.document.with_data(valid_parts(spec.json, validator))
        renamed_keys = frozenset(pointer for finding in findings for pointer in _suggested_keys(finding))
        header = read_header(document, state.language)
        valid_spec: ModelSpec = TypedSpec(spec.kind, spec.name, document, header)
        state.invalid_models.append(InvalidModel(valid_spec, spec.json, renamed_keys))
    return findings


def _suggested_keys(finding: Finding) -> Iterator[Pointer]:
    """The keys that the help for an unknown key names, unless it only lists the known ones."""
    if finding.code is not codes.UNKNOWN_KEY or finding.subject is None:
        return
    suggestion = (finding.help or "").partition("known keys")[0]
    names = _QUOTED.findall(suggestion)
    for name in names if len(names) <= _MAX_SUGGESTED_KEYS else ():
        yield (*finding.subject.pointer[:-1], name)
