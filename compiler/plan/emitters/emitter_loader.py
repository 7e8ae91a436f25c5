"""Loads emitters from folders: the shipped ones, and the project's own, which replace the shipped ones that they declare as forked."""

import re
from collections.abc import Iterator
from posixpath import basename, dirname
from typing import cast

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Location, Subject
from compiler.foundation.json_data import Object, parse_json_object
from compiler.foundation.resources import SHIPPED_TEMPLATES
from compiler.json_schema.complexity import complexity_error
from compiler.json_schema.metaschema import SchemaError, SchemaMistake
from compiler.json_schema.validator import Validator
from compiler.plan.emitters.emitter import Emitter, Emitters, FileRule, file_rules
from compiler.plan.output_paths import invalid_path_reason
from compiler.resolve.digests import bytes_digest, digest, folder_hash
from compiler.source.tree import Tree, is_lfs_pointer
from compiler.source.yaml_parse import parse
from compiler.spec.absent_inputs import lfs_pointer_finding
from compiler.spec.data_types import EmitterData
from compiler.spec.quantities import QUANTITIES
from compiler.spec.schema_findings import schema_finding

EMITTER_FILE = "emitter.yaml"
_EXPRESSION = re.compile(r"\{[{%].*?[}%]\}")


def load_builtin_emitters(tree: Tree, schema: Object, capabilities: Object) -> Emitters:
    """The shipped emitters."""
    return _add_emitters(Emitters({}, {}, ()), tree, "", schema, capabilities, is_builtin=True)


def load_emitters(builtin: Emitters, tree: Tree, folder: str, schema: Object, capabilities: Object) -> Emitters:
    """The shipped emitters and those of the project, which are in `folder`."""
    has_own = any(basename(path) == EMITTER_FILE for path in tree.paths(folder))
    return _add_emitters(builtin, tree, folder, schema, capabilities, is_builtin=False) if has_own else builtin


def _add_emitters(
    base: Emitters, tree: Tree, folder: str, schema: Object, capabilities: Object, *, is_builtin: bool
) -> Emitters:
    validator = Validator(schema, is_deferred=True)
    findings = list(base.findings)
    emitters_by_id = dict(base.by_id)
    broken_ids = set(base.broken_ids)
    for path in tree.paths(folder):
        if basename(path) == EMITTER_FILE:
            emitter = _load_emitter(tree, dirname(path), validator, findings, is_builtin=is_builtin)
            if emitter is None:
                broken_ids.add(basename(dirname(path)))
            elif _can_add_emitter(emitter, emitters_by_id, findings):
                emitters_by_id[emitter.id] = emitter
    capability_properties = dict(capabilities)
    for emitter in emitters_by_id.values():
        capability_properties.update(emitter.data.get("capabilities", {}))
    return Emitters(
        dict(sorted(emitters_by_id.items())),
        {"type": "object", "additionalProperties": False, "properties": capability_properties},
        tuple(findings),
        frozenset(broken_ids - emitters_by_id.keys()),
    )


def _load_emitter(
    tree: Tree, folder: str, validator: Validator, findings: list[Finding], *, is_builtin: bool
) -> Emitter | None:
    path = f"{folder}/{EMITTER_FILE}"
    display_folder = f"{SHIPPED_TEMPLATES if is_builtin else ''}{folder}"
    parse_result = parse(tree.read(path), f"{display_folder}/{EMITTER_FILE}")
    findings.extend(parse_result.findings)
    if len(parse_result.documents) != 1:
        if not parse_result.findings:
            findings.append(_document_count_finding(f"{display_folder}/{EMITTER_FILE}", len(parse_result.documents)))
        return None
    document = parse_result.documents[0]
    violations = validator.violations(document.data, spelling=document.scalar_text)
    if violations:
        id_ = document.data.get("id")
        subject = Subject("Emitter", id_ if isinstance(id_, str) else "")
        findings.extend(schema_finding(violation, document, subject) for violation in violations)
        return None
    data = cast("EmitterData", document.data)  # its schema accepted it
    all_files = {name.removeprefix(f"{folder}/"): tree.read(name) for name in tree.paths(folder)}
    pointers = [name for name, content in all_files.items() if is_lfs_pointer(content)]
    if pointers:
        findings.extend(lfs_pointer_finding(f"{display_folder}/{name}") for name in pointers)
        return None
    digested_files = {name: content for name, content in all_files.items() if name.endswith((".j2", ".schema.json"))}
    emitter = Emitter(
        id=data["id"],
        group=basename(dirname(folder)),
        folder=display_folder,
        is_builtin=is_builtin,
        document=document,
        data=data,
        templates={
            name: content.decode("utf-8", "replace") for name, content in digested_files.items() if name.endswith(".j2")
        },
        schemas={name: _parse_schema(content) for name, content in digested_files.items() if not name.endswith(".j2")},
        files=file_rules(data),
        digest=digest(
            {EMITTER_FILE: document.data, **{name: bytes_digest(content) for name, content in digested_files.items()}}
        ),
        folder_hash=folder_hash(all_files),
    )
    emitter_errors = list(_validate_emitter(emitter))
    findings.extend(emitter_errors)
    return None if emitter_errors else emitter


def _document_count_finding(path: str, count: int) -> Finding:
    message = f"{path} contains {f'{count} documents' if count else 'no document'}, so that the emitter is not loaded"
    return Finding(codes.BAD_EMITTER, message, Location(path), help="describe one emitter in it, or delete its folder")


def _parse_schema(content: bytes) -> Object:
    schema = parse_json_object(content)
    return {"$ref": "#/the-file-is-no-json-object"} if schema is None else schema


def _validate_emitter(emitter: Emitter) -> Iterator[Finding]:
    if emitter.id != basename(emitter.folder):
        yield emitter_finding(
            emitter,
            f"the emitter `{emitter.id}` is in the folder {emitter.folder}, which has another name",
            ("id",),
            "give the emitter and its folder the same name",
        )
    for rule in emitter.files:
        yield from _path_findings(emitter, rule)
        if rule.template not in emitter.templates:
            message = f"there is no template {rule.template} in {emitter.folder}"
            yield emitter_finding(
                emitter,
                message,
                (*rule.pointer, "template"),
                "add the template to the emitter's folder, or correct its name; names of templates end with .j2",
            )
        if rule.fallback_schema is not None and rule.fallback_schema not in emitter.schemas:
            message = f"there is no schema {rule.fallback_schema} in {emitter.folder}"
            help_ = (
                "add the schema to the emitter's folder, or correct its name; names of schemas end with .schema.json"
            )
            yield emitter_finding(emitter, message, (*rule.pointer, "fallbackSchema"), help_)
        if rule.scope != "deployment" and emitter.is_target:
            message = "a target renders files of deployments only"
            help_ = "set `scope: deployment`, or move the file to another emitter"
            yield emitter_finding(emitter, message, (*rule.pointer, "scope"), help_)
    if emitter.is_target:
        if "inputs" in emitter.data:
            message = "a target cannot have `inputs`: service levels are derived from its `sli`, and only other emitters receive them"
            yield emitter_finding(emitter, message, ("inputs",), "remove it")
        for key in sorted(set(emitter.model_selector) - {"types", "lifecycle"}):
            message = "a target selects models by type and lifecycle only"
            yield emitter_finding(
                emitter, message, ("supports", key), "declare what the target does not support under `unsupported`"
            )
    if not emitter.is_builtin:
        yield from schema_findings(emitter)


def _path_findings(emitter: Emitter, rule: FileRule) -> Iterator[Finding]:
    """Findings about paths that no value can make valid."""
    for key, template in (("path", rule.path), ("commitPath", rule.commit_path)):
        if template and (reason := invalid_path_reason(_EXPRESSION.sub("x", template))):
            yield emitter_finding(emitter, f"the path {template!r} {reason}", (*rule.pointer, key), "change the path")


def schema_findings(emitter: Emitter) -> Iterator[Finding]:
    """Findings about the schemas of an emitter's output and options; a test checks shipped emitters."""
    for name, schema in emitter.schemas.items():
        for mistake in _schema_mistakes(schema):
            message = f"{name} is not a valid JSON Schema: {mistake.text}"
            yield emitter_finding(emitter, message, (), "correct it; the dialect is JSON Schema 2020-12")
    for index, rule in enumerate(emitter.data.get("patchRules", ())):
        for problem, pointer in _schema_mistakes(rule.get("schema", {})):
            message = f"the schema of a patch rule is not valid: {problem}"
            help_ = "correct it; the dialect is JSON Schema 2020-12"
            yield emitter_finding(emitter, message, ("patchRules", index, "schema", *pointer), help_)
    options = emitter.data.get("options")
    if options is None:
        return
    if options.get("additionalProperties") is not False:
        yield emitter_finding(
            emitter, "the schema of the options allows unknown keys", ("options",), "add `additionalProperties: false`"
        )
    for problem, pointer in _schema_mistakes(options):
        message, help_ = (
            f"the schema of the options is not valid: {problem}",
            "correct it; the dialect is JSON Schema 2020-12",
        )
        yield emitter_finding(emitter, message, ("options", *pointer), help_)
    for annotation in emitter.option_quantities:
        if annotation.value not in QUANTITIES:
            message = f"there is no quantity `{annotation.value}`"
            yield emitter_finding(emitter, message, ("options",), f"write one of: {', '.join(QUANTITIES)}")


def _schema_mistakes(schema: Object) -> tuple[SchemaMistake, ...]:
    """Why a schema is invalid or too complex."""
    complexity_message = complexity_error(schema)
    if complexity_message is not None:
        return (SchemaMistake(complexity_message, ()),)
    try:
        Validator(schema)
    except SchemaError as error:
        return error.mistakes
    return ()


def _can_add_emitter(emitter: Emitter, emitters_by_id: dict[str, Emitter], findings: list[Finding]) -> bool:
    """Whether the emitter is new, or a declared fork; an undeclared copy is rejected."""
    previous = emitters_by_id.get(emitter.id)
    if previous is None:
        return True
    if previous.is_builtin and previous.digest == emitter.digest:
        return False
    if not previous.is_builtin or emitter.is_builtin:
        findings.append(
            emitter_finding(
                emitter,
                f"the id `{emitter.id}` belongs to two emitters",
                ("id",),
                f"change one of the ids; the other emitter is in {previous.folder}",
            )
        )
        return False
    fork = emitter.data.get("forkedFrom")
    if fork == previous.digest:
        return True
    message = f"this emitter overrides the shipped emitter `{emitter.id}`" + (
        ", which has changed since" if fork else ""
    )
    help_ = f"set `forkedFrom: {previous.digest}` once you have compared the two, or give it an id of its own"
    findings.append(emitter_finding(emitter, message, ("forkedFrom",) if fork else ("id",), help_))
    return False


def emitter_finding(
    emitter: Emitter, message: str, pointer: tuple[str | int, ...], help_: str | None = None
) -> Finding:
    """A finding at a pointer in emitter.yaml."""
    return Finding(codes.BAD_EMITTER, message, emitter.location(pointer), emitter.finding_subject(pointer), help_)
