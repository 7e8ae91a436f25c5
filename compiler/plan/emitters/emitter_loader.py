"""Emitters from folders: the shipped ones, and the project's own, which win where they say what they were forked from."""

import json
from collections.abc import Iterator
from posixpath import basename, dirname

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Subject
from compiler.foundation.json_data import Json, Object, as_object, as_str
from compiler.json_schema import SchemaError, Validator, too_wide
from compiler.plan.emitters.emitter import Emitter, Emitters, file_rules
from compiler.resolve.digests import bytes_digest, digest, folder_hash
from compiler.source.tree import Tree
from compiler.source.yaml_parse import parse
from compiler.spec.schema_findings import complaint

DESCRIPTION = "emitter.yaml"
SHIPPED = "modelyard:templates/"
"""Begins the path of what came with Modelyard, so that nobody looks for it in their own repository."""


def load(shipped: Tree, project: Tree, folder: str, schema: Object, capabilities: Object) -> Emitters:
    """Every emitter below the two roots; `folder` is the project's own folder of templates."""
    validator = Validator(schema)
    findings: list[Finding] = []
    found: dict[str, Emitter] = {}
    broken: set[str] = set()
    for tree, root, is_shipped in ((shipped, "", True), (project, folder, False)):
        for path in tree.paths(root):
            if basename(path) == DESCRIPTION:
                emitter = _emitter(tree, dirname(path), validator, findings, shipped=is_shipped)
                if emitter is None:
                    broken.add(basename(dirname(path)))
                elif _may_join(emitter, found, findings):
                    found[emitter.id] = emitter
    known = dict(capabilities)
    for emitter in found.values():
        known.update(as_object(emitter.data.get("capabilities")))
    return Emitters(
        dict(sorted(found.items())),
        {"type": "object", "additionalProperties": False, "properties": known},
        tuple(findings),
        frozenset(broken - found.keys()),
    )


def _emitter(
    tree: Tree, folder: str, validator: Validator, findings: list[Finding], *, shipped: bool
) -> Emitter | None:
    path = f"{folder}/{DESCRIPTION}"
    shown = f"{SHIPPED if shipped else ''}{folder}"
    parsed = parse(tree.read(path), f"{shown}/{DESCRIPTION}")
    findings.extend(parsed.findings)
    if len(parsed.documents) != 1:
        return None
    document = parsed.documents[0]
    data = as_object(document.data)
    subject = Subject("Emitter", as_str(data.get("id")))
    violations = validator.violations(document.data, spelling=document.spelling)
    if violations:
        findings.extend(complaint(violation, document, subject) for violation in violations)
        return None
    whole = {name.removeprefix(f"{folder}/"): tree.read(name) for name in tree.paths(folder)}
    contents = {name: content for name, content in whole.items() if name.endswith((".j2", ".schema.json"))}
    emitter = Emitter(
        id=as_str(data["id"]),
        group=basename(dirname(folder)),
        folder=shown,
        shipped=shipped,
        document=document,
        data=data,
        templates={
            name: content.decode("utf-8", "replace") for name, content in contents.items() if name.endswith(".j2")
        },
        schemas={name: _schema(content) for name, content in contents.items() if not name.endswith(".j2")},
        files=file_rules(data),
        digest=digest({DESCRIPTION: data, **{name: bytes_digest(content) for name, content in contents.items()}}),
        folder_hash=folder_hash(whole),
    )
    mistakes = list(_mistakes(emitter))
    findings.extend(mistakes)
    return None if mistakes else emitter


def _schema(content: bytes) -> Object:
    try:
        return as_object(json.loads(content))
    except ValueError:
        return {"$ref": "#/the-file-is-not-json"}


def _mistakes(emitter: Emitter) -> Iterator[Finding]:
    if emitter.id != basename(emitter.folder):
        yield mistake(
            emitter, f"the emitter `{emitter.id}` stands in the folder {emitter.folder}", ("id",), "give both one name"
        )
    for rule in emitter.files:
        if rule.template not in emitter.templates:
            message = f"there is no template {rule.template} in {emitter.folder}"
            yield mistake(
                emitter, message, (*rule.pointer, "template"), "templates end in .j2 and stand in the emitter's folder"
            )
        if rule.per != "deployment" and emitter.is_target:
            message = "a target makes files for each deployment alone"
            help_ = "make the file `per: deployment`, or leave it to an emitter of its own"
            yield mistake(emitter, message, (*rule.pointer, "per"), help_)
    if emitter.is_target:
        if "asks" in emitter.data:
            message = "what is watched of a model is worked out from what its target says, and told to others"
            yield mistake(emitter, message, ("asks",), "remove it")
        for key in sorted(set(emitter.takes) - {"types", "lifecycle"}):
            message = "a target takes models by type and lifecycle alone"
            yield mistake(emitter, message, ("takes", key), "say what it cannot do under `cannot`")
    if not emitter.shipped:
        yield from schema_mistakes(emitter)


def schema_mistakes(emitter: Emitter) -> Iterator[Finding]:
    """What is wrong with the schemas of what an emitter makes, and with that of its options; shipped ones are held to it by a test."""
    for name, schema in emitter.schemas.items():
        wrong = _no_schema(schema)
        if wrong is not None:
            yield mistake(emitter, f"{name} is no JSON Schema: {wrong}", (), "write it as JSON Schema 2020-12")
    options: Json = emitter.data.get("options")
    if options is None:
        return
    if as_object(options).get("additionalProperties") is not False:
        yield mistake(emitter, "the options are not closed", ("options",), "add `additionalProperties: false`")
    wrong = _no_schema(as_object(options))
    if wrong is not None:
        message, help_ = f"the options are no JSON Schema: {wrong}", "write them as JSON Schema 2020-12"
        yield mistake(emitter, message, ("options",), help_)


def _no_schema(schema: Object) -> str | None:
    """Why something is no JSON Schema that anybody can wait for."""
    try:
        Validator(schema)
    except SchemaError as error:
        return str(error)
    return too_wide(schema)


def _may_join(emitter: Emitter, found: dict[str, Emitter], findings: list[Finding]) -> bool:
    """Whether the emitter is a new one, or a fork that knows what it was forked from; a mere copy is neither."""
    before = found.get(emitter.id)
    if before is None:
        return True
    if before.shipped and before.digest == emitter.digest:
        return False
    if not before.shipped or emitter.shipped:
        findings.append(
            mistake(emitter, f"there are two emitters `{emitter.id}`", ("id",), f"the other stands in {before.folder}")
        )
        return False
    fork = emitter.data.get("forkedFrom")
    if fork == before.digest:
        return True
    message = f"this folder shadows the shipped emitter `{emitter.id}`" + (", which has changed since" if fork else "")
    help_ = f"say `forkedFrom: {before.digest}` once you have compared the two, or give it an id of its own"
    findings.append(mistake(emitter, message, ("forkedFrom",) if fork else ("id",), help_))
    return False


def mistake(emitter: Emitter, message: str, pointer: tuple[str | int, ...], help_: str | None = None) -> Finding:
    """A finding at a place of emitter.yaml."""
    return Finding(codes.BAD_EMITTER, message, emitter.place(pointer), emitter.finding_subject(pointer), help_)
