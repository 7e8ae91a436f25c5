"""Files to a portfolio: every document read, told apart by its head, and checked alone."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from posixpath import basename, dirname

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note, Place
from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import as_str
from compiler.foundation.suggestions import nearest
from compiler.source.companion_paths import beside
from compiler.source.document import Document
from compiler.source.tree import Tree
from compiler.source.yaml_parse import Parse, Parsed, parse
from compiler.spec.language import Language
from compiler.spec.portfolio import (
    ANY_KIND,
    DEFAULTS_FILE,
    PACK_FILE,
    PROJECT_FILE,
    VERSION,
    Portfolio,
    Spec,
    folder_of,
    identity,
    release_contents,
    texts,
)
from compiler.spec.schema_findings import complaint

_NAME = re.compile(r"^name:\s*[\"']?([a-z0-9-]+)", re.MULTILINE)


@dataclass
class _Shelf:
    language: Language
    specs: dict[str, dict[str, Spec]] = field(default_factory=dict)
    seen: dict[tuple[str, str], Spec] = field(default_factory=dict)
    broken: set[tuple[str, str]] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


def load(tree: Tree, language: Language, shipped: Tree | None = None, read: Parse = parse) -> Portfolio:
    """Read and check every document of the project; raises `UsageError` where there is no project to read.

    A policy that is a mere copy of one that came with Modelyard (`shipped`: its folder of schemas) is no policy of the project.
    """
    shelf = _Shelf(language)
    project = _project(tree, shelf)
    models = folder_of(project.data, "models")
    files = dict(_files(tree, models, shelf, read))
    files |= _policies(tree, folder_of(project.data, "schemas"), shipped, shelf, read)
    if not files:
        where = f"`folders.models` of {PROJECT_FILE}"
        raise UsageError(
            f"there is no spec below {models}/", help=f"write the first one there, or mend {where}"
        )
    companions = _companions(tree, files)
    for path, parsed in files.items():
        if path not in companions or any(document.data.get("apiVersion") == VERSION for document in parsed.documents):
            _shelve_file(path, parsed, tree, shelf)
    return Portfolio(
        project=project,
        specs={kind: dict(sorted(named.items())) for kind, named in sorted(shelf.specs.items()) if kind != "Defaults"},
        defaults=dict(sorted(shelf.specs.get("Defaults", {}).items())),
        broken=frozenset(shelf.broken),
        findings=tuple(shelf.findings),
    )


def _project(tree: Tree, shelf: _Shelf) -> Spec:
    if not tree.has(PROJECT_FILE):
        raise UsageError(
            f"there is no {PROJECT_FILE} in {tree.label}",
            help=f"run the command in the folder that holds {PROJECT_FILE}, or name that folder with --project",
        )
    parsed = parse(tree.read(PROJECT_FILE), PROJECT_FILE)
    shelf.findings.extend(parsed.findings)
    if len(parsed.documents) != 1:
        raise UsageError(_unreadable(parsed), help="mend it first: everything else depends on it")
    document = parsed.documents[0]
    spec = Spec("Project", as_str(document.data.get("name")), document)
    violations = shelf.language.kind("Project").violations(document.data, spelling=document.spelling)
    shelf.findings.extend(complaint(violation, document, spec.subject) for violation in violations)
    return spec


def _unreadable(parsed: Parsed) -> str:
    for finding in parsed.findings:
        if finding.place:
            return f"{PROJECT_FILE}:{finding.place.line}:{finding.place.column}: {finding.message.rstrip('.')}"
    return f"{PROJECT_FILE} holds {len(parsed.documents)} documents, and the project is one"


def _files(tree: Tree, folder: str, shelf: _Shelf, read: Parse, but: str = "") -> Iterator[tuple[str, Parsed]]:
    for path in filter(_is_yaml, tree.links(folder)):
        shelf.findings.append(Finding(codes.LINK, f"{path} is a symbolic link", Place(path), help=codes.LINK.remedy))
    for path in filter(_is_yaml, tree.paths(folder)):
        if basename(path) != but:
            yield path, read(tree.read(path), path)


def _policies(tree: Tree, schemas: str, shipped: Tree | None, shelf: _Shelf, read: Parse) -> dict[str, Parsed]:
    """The files of the project's packs of policies; what a pack says of itself is no document."""
    found: dict[str, Parsed] = {}
    for path, parsed in _files(tree, f"{schemas}/policies", shelf, read, but=PACK_FILE):
        below = path.removeprefix(f"{schemas}/")
        is_copy = shipped is not None and shipped.has(below) and shipped.read(below) == tree.read(path)
        if not is_copy:
            found[path] = parsed
    return found


def _is_yaml(path: str) -> bool:
    return path.endswith((".yaml", ".yml"))


def _companions(tree: Tree, files: Mapping[str, Parsed]) -> frozenset[str]:
    """Paths of YAML files that a release names as its own: they are not specs, sound or not as the Model may be."""
    found: set[str] = set()
    for path, parsed in files.items():
        for document in parsed.documents:
            contents = release_contents(document.data).values() if document.data.get("kind") == "Model" else ()
            for relative in (text for content in contents for text in texts(content.get("source")) if _is_yaml(text)):
                with suppress(ValueError):
                    found.add(beside(tree, path, relative))
    return frozenset(found)


def _shelve_file(path: str, parsed: Parsed, tree: Tree, shelf: _Shelf) -> None:
    shelf.findings.extend(parsed.findings)
    if not parsed.documents and any(finding.mandatory for finding in parsed.findings):
        text = tree.read(path).decode("utf-8", "replace")
        shelf.broken |= {(ANY_KIND, name) for name in _NAME.findall(text)}
        if basename(path) == DEFAULTS_FILE:
            shelf.broken.add(("Defaults", dirname(path)))
    for document in parsed.documents:
        problem = _head(document, shelf.language)
        if problem is None:
            _shelve(document, shelf)
        else:
            shelf.findings.append(problem)
            shelf.broken.add((ANY_KIND, as_str(document.data.get("name"))))


def _shelve(document: Document, shelf: _Shelf) -> None:
    kind, name = identity(document)
    spec = Spec(kind, name, document)
    problem = _misplaced(spec) or _duplicate(spec, shelf)
    if problem:
        shelf.findings.append(problem)
        shelf.broken.add((kind, name))
        return
    shelf.seen[kind, name] = spec
    if _is_sound(spec, shelf):
        shelf.specs.setdefault(kind, {})[name] = spec
    else:
        shelf.broken.add((kind, name))


def _head(document: Document, language: Language) -> Finding | None:
    """What is wrong with the keys that say what the document is."""
    data = document.data
    kind = as_str(data.get("kind"))
    if "apiVersion" not in data and "kind" not in data:
        help_ = (
            f"start it with `apiVersion: {VERSION}` and a `kind`; "
            "files that a release names under `files` or `tests` need neither"
        )
        return Finding(codes.UNKNOWN_KIND, "the document does not say what it is", document.key_place(()), help=help_)
    if data.get("apiVersion") != VERSION:
        return _unknown(document, "apiVersion", "apiVersion", (VERSION,))
    if kind not in language.kinds:
        return _unknown(document, "kind", "kind", language.kinds)
    if kind == "Model" and as_str(data.get("type")) not in language.types:
        return _unknown(document, "type", "type of model", language.types)
    return None


def _unknown(document: Document, key: str, said: str, known: tuple[str, ...]) -> Finding:
    if document.data.get(key) is None:
        help_ = f"add `{key}: {known[0]}`" if len(known) == 1 else f"add `{key}: …` with one of: {', '.join(known)}"
        place = document.place((key,)) if key in document.data else document.key_place(())
        return Finding(codes.UNKNOWN_KIND, f"the document does not say its {said}", place, help=help_)
    near = nearest(as_str(document.data[key]), known)
    help_ = f"did you mean `{near}`?" if near else f"one of: {', '.join(known)}"
    written = document.spelling((key,)) or "that"
    return Finding(codes.UNKNOWN_KIND, f"there is no {said} `{written}`", document.place((key,)), help=help_)


def _misplaced(spec: Spec) -> Finding | None:
    document = spec.document
    if (basename(document.path) == DEFAULTS_FILE) == (spec.kind == "Defaults") and spec.kind != "Project":
        return None
    message = f"{spec.kind} stands in {document.path}"
    help_ = f"Defaults stand in a file {DEFAULTS_FILE}, the Project in {PROJECT_FILE}, and nothing else does"
    return Finding(codes.MISPLACED, message, document.place(("kind",)), spec.subject, help_)


def _duplicate(spec: Spec, shelf: _Shelf) -> Finding | None:
    before = shelf.seen.get((spec.kind, spec.name))
    if before is None:
        return None
    if spec.kind == "Defaults":
        message, help_ = (
            f"there are two documents in {spec.document.path}",
            "merge them: a folder has one set of Defaults",
        )
    else:
        message, help_ = f"there are two documents of kind {spec.kind} with the name {spec.name}", "rename one of them"
    pointer = ("name",)
    notes = (Note("the other one", before.document.place(pointer)),)
    return Finding(codes.DUPLICATE_NAME, message, spec.document.place(pointer), spec.subject, help_, notes)


def _is_sound(spec: Spec, shelf: _Shelf) -> bool:
    language = shelf.language
    validator = language.type(spec.text("type")).spec if spec.kind == "Model" else language.kind(spec.kind)
    if validator.is_valid(spec.data):
        return True
    violations = validator.violations(spec.data, spelling=spec.document.spelling)
    shelf.findings.extend(complaint(violation, spec.document, spec.subject) for violation in violations)
    return False
