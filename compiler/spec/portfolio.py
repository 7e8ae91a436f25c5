"""A repository's documents by kind and name: what was written, each checked alone."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from posixpath import basename, dirname

from compiler import codes
from compiler.diagnostics import Finding, Note, Place, Subject
from compiler.errors import UsageError
from compiler.source.beside import beside
from compiler.source.document import Document
from compiler.source.tree import Tree
from compiler.source.yaml_text import parse
from compiler.spec.complaints import complaint
from compiler.spec.language import Language
from compiler.values import Object, as_list, as_object, as_str
from compiler.words import nearest

PROJECT_FILE = "modelyard.yaml"
DEFAULTS_FILE = "_defaults.yaml"
VERSION = "modelyard/v1"
COMPANIONS = ("files", "tests")
"""Keys of a release's source that name files beside the spec."""


@dataclass(frozen=True, slots=True)
class Spec:
    """One document of a known kind."""

    kind: str
    name: str
    document: Document

    @property
    def data(self) -> Object:
        """What the document says."""
        return as_object(self.document.data)

    @property
    def subject(self) -> Subject:
        """The object, for findings about it."""
        return Subject(self.kind, self.name)

    def text(self, key: str) -> str:
        """A field's text; empty where it is absent."""
        return as_str(self.data.get(key))


@dataclass(frozen=True)
class Portfolio:
    """Every document of a project that may be relied on, and the names of those that may not."""

    project: Spec
    specs: Mapping[str, Mapping[str, Spec]]
    defaults: Mapping[str, Spec]
    broken: frozenset[tuple[str, str]]
    findings: tuple[Finding, ...]

    def of(self, kind: str) -> Mapping[str, Spec]:
        """The documents of a kind by name, in order of name."""
        return self.specs.get(kind, {})

    def knows(self, kind: str, name: str) -> bool:
        """Whether a document of the kind has the name, sound or not: a reference to a broken one is no second mistake."""
        return name in self.of(kind) or (kind, name) in self.broken


@dataclass
class _Shelf:
    specs: dict[str, dict[str, Spec]] = field(default_factory=dict)
    defaults: dict[str, Spec] = field(default_factory=dict)
    broken: set[tuple[str, str]] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


def load(tree: Tree, language: Language) -> Portfolio:
    """Read and check every document of the project; raises `UsageError` where there is no project to read."""
    shelf = _Shelf()
    project = _project(tree, language, shelf)
    folders = {"models": "models", "schemas": "schemas", **_texts(project.data.get("folders"))}
    headless: list[Document] = []
    for document in _documents(tree, [folders["models"], f"{folders['schemas']}/policies"], shelf):
        if "apiVersion" in as_object(document.data) or "kind" in as_object(document.data):
            _shelve(document, language, shelf)
        else:
            headless.append(document)
    companions = _companions(tree, shelf)
    shelf.findings.extend(_headless(document) for document in headless if document.path not in companions)
    return Portfolio(
        project=project,
        specs={kind: dict(sorted(named.items())) for kind, named in sorted(shelf.specs.items())},
        defaults=dict(sorted(shelf.defaults.items())),
        broken=frozenset(shelf.broken),
        findings=tuple(shelf.findings),
    )


def _project(tree: Tree, language: Language, shelf: _Shelf) -> Spec:
    if not tree.has(PROJECT_FILE):
        raise UsageError(
            f"there is no {PROJECT_FILE} in {tree.label}",
            help=f"run the command in the folder that holds {PROJECT_FILE}, or name that folder with --project",
        )
    parsed = parse(tree.read(PROJECT_FILE), PROJECT_FILE)
    shelf.findings.extend(parsed.findings)
    if len(parsed.documents) != 1:
        first = parsed.findings[0] if parsed.findings else None
        where = (
            f"{PROJECT_FILE}:{first.place.line}:{first.place.column}: {first.message}"
            if first and first.place
            else PROJECT_FILE
        )
        raise UsageError(
            f"{where}: the project file is one readable document", help="mend it first: everything else depends on it"
        )
    document = parsed.documents[0]
    spec = Spec("Project", as_str(as_object(document.data).get("name")), document)
    violations = language.kind("Project").violations(document.data, spelling=document.spelling)
    shelf.findings.extend(complaint(violation, document, spec.subject) for violation in violations)
    return spec


def _documents(tree: Tree, folders: Iterable[str], shelf: _Shelf) -> Iterator[Document]:
    for folder in folders:
        for path in tree.links(folder):
            if path.endswith((".yaml", ".yml")):
                shelf.findings.append(Finding(codes.LINK, f"{path} is a symbolic link", Place(path)))
        for path in tree.paths(folder):
            if path.endswith((".yaml", ".yml")):
                parsed = parse(tree.read(path), path)
                shelf.findings.extend(parsed.findings)
                yield from parsed.documents


def _shelve(document: Document, language: Language, shelf: _Shelf) -> None:
    data = as_object(document.data)
    kind = as_str(data.get("kind"))
    head = _head(data, kind, language)
    if head is not None:
        key, message, known = head
        near = nearest(as_str(data.get(key)), known)
        shelf.findings.append(
            Finding(
                codes.UNKNOWN_KIND,
                message,
                document.place((key,)) if key in data else document.place(()),
                help=f"did you mean `{near}`?" if near else f"one of: {', '.join(known)}",
            )
        )
        return
    is_defaults = kind == "Defaults"
    name = dirname(document.path) if is_defaults else as_str(data.get("name"))
    spec = Spec(kind, name, document)
    if (basename(document.path) == DEFAULTS_FILE) != is_defaults or kind == "Project":
        shelf.findings.append(
            Finding(
                codes.MISPLACED,
                f"{kind} stands in {document.path}",
                document.place(("kind",)),
                spec.subject,
                f"Defaults stand in a file {DEFAULTS_FILE}, the Project in {PROJECT_FILE}, and nothing else does",
            )
        )
        return
    before = shelf.defaults.get(name) if is_defaults else shelf.specs.get(kind, {}).get(name)
    if before is not None:
        _duplicate(spec, before, shelf)
        return
    if _is_sound(spec, language, shelf):
        (shelf.defaults if is_defaults else shelf.specs.setdefault(kind, {}))[name] = spec
    else:
        shelf.broken.add((kind, name))


def _head(data: Object, kind: str, language: Language) -> tuple[str, str, tuple[str, ...]] | None:
    if data.get("apiVersion") != VERSION:
        found = f"`{data['apiVersion']}`" if "apiVersion" in data else "none"
        return "apiVersion", f"the apiVersion is {VERSION}, found {found}", (VERSION,)
    if kind not in language.kinds:
        return "kind", f"there is no kind `{kind}`" if kind else "the document does not say its kind", language.kinds
    if kind == "Model" and as_str(data.get("type")) not in language.types:
        found = f"there is no type `{data['type']}`" if "type" in data else "the model does not say its type"
        return "type", found, language.types
    return None


def _is_sound(spec: Spec, language: Language, shelf: _Shelf) -> bool:
    validator = language.type(spec.text("type")).spec if spec.kind == "Model" else language.kind(spec.kind)
    if validator.is_valid(spec.data):
        return True
    violations = validator.violations(spec.data, spelling=spec.document.spelling)
    shelf.findings.extend(complaint(violation, spec.document, spec.subject) for violation in violations)
    return False


def _duplicate(spec: Spec, before: Spec, shelf: _Shelf) -> None:
    pointer = ("name",) if "name" in spec.data else ()
    shelf.findings.append(
        Finding(
            codes.DUPLICATE_NAME,
            f"there are two documents of kind {spec.kind} with the name {spec.name}",
            spec.document.place(pointer),
            spec.subject,
            "rename one of them",
            (Note("the other one", before.document.place(pointer)),),
        )
    )


def _companions(tree: Tree, shelf: _Shelf) -> frozenset[str]:
    """Paths of YAML files that a release names as its own: they are not specs."""
    found: set[str] = set()
    for spec in shelf.specs.get("Model", {}).values():
        for content in release_contents(spec.data).values():
            for relative in beside_files(content):
                with suppress(ValueError):
                    found.add(beside(tree, spec.document.path, relative))
    return frozenset(found)


def release_contents(model: Object) -> Mapping[str, Object]:
    """A model's releases by version, the short form (`version` and `source` at the top) included."""
    if "source" in model:
        return {as_str(model.get("version")) or "0.0.0": {"source": model["source"]}}
    return {version: as_object(content) for version, content in as_object(model.get("releases")).items()}


def beside_files(release: Object) -> tuple[str, ...]:
    """Every path beside the spec that a release names: its files, then its tests."""
    source = as_object(release.get("source"))
    return tuple(as_str(path) for key in COMPANIONS for path in as_list(source.get(key)))


def _headless(document: Document) -> Finding:
    return Finding(
        codes.UNKNOWN_KIND,
        "the document does not say what it is",
        document.place(()),
        help=f"start it with `apiVersion: {VERSION}` and a `kind`; files that a release names under `files` or `tests` need neither",
    )


def _texts(value: object) -> dict[str, str]:
    return {key: text for key, text in value.items() if isinstance(text, str)} if isinstance(value, Mapping) else {}
