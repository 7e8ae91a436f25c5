"""Checks of rendered objects: against the schema of their consumer, and against policies."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Location, Note, Subject
from compiler.foundation.json_data import Json, Object, Pointer, format_path
from compiler.foundation.provenance import DocumentValue
from compiler.json_schema.structural import apply_defaults
from compiler.json_schema.violation import SchemaViolation
from compiler.plan.planned_units import PlannedFile
from compiler.policy.model_evaluation import ModelEvaluation
from compiler.render.output_schemas import MissingVersion, OutputSchema, OutputSchemas
from compiler.render.patch_rules import patch_rule_violations
from compiler.render.value_blame import ValueBlame, environment_name, finding_subject
from compiler.spec.portfolio import EnvironmentSpec


class OutputValidator:
    """Validates rendered objects; notes what it could not validate."""

    def __init__(
        self, output_schemas: OutputSchemas, blame: ValueBlame, environments: Mapping[str, EnvironmentSpec]
    ) -> None:
        self._output_schemas = output_schemas
        self._blame = blame
        self._environments = environments
        self._notices: dict[str, Finding] = {}

    def schema_of(self, file: PlannedFile) -> Object:
        """The schema of the file's documents; empty if it is not known."""
        environment = self._environment_of(file)
        key = file.rule.schema
        schema = key and self._output_schemas.schema_for(file.emitter, key, environment.json if environment else {})
        return schema.schema if schema else {}

    def findings(self, file: PlannedFile, documents: Sequence[Json]) -> Iterator[Finding]:
        """The violations of the schema that the file's rule names, and of the rules for what patches set."""
        yield from self._patch_rule_findings(file, documents)
        key = file.rule.schema
        if key is None:
            return
        schema = self.output_schema_of(file)
        for finding in self._output_schemas.findings(file.emitter, key):
            self._notices.setdefault(f"schema {finding.location} {finding.message}", finding)
        if schema is None:
            self._note_missing_schema(file, key)
            return
        for index, document in enumerate(documents):
            for violation in _schema_violations(schema, document):
                yield self._violation_finding(file, index, violation)

    def _patch_rule_findings(self, file: PlannedFile, documents: Sequence[Json]) -> Iterator[Finding]:
        for index, document in enumerate(documents):
            patched_pointers = self._blame.patch_origins.get((file.path, index), {})
            for violation in patch_rule_violations(file.emitter, document, patched_pointers):
                yield self._violation_finding(file, index, violation)

    def output_schema_of(self, file: PlannedFile) -> OutputSchema | None:
        """The schema that the file's rule names, or its substitute; `None` if it names none, or none is available."""
        environment = self._environment_of(file)
        environment_data = environment.json if environment else {}
        keys = filter(None, (file.rule.schema, file.rule.fallback_schema if file.rule.schema else None))
        schemas = (self._output_schemas.schema_for(file.emitter, key, environment_data) for key in keys)
        return next(filter(None, schemas), None)

    @contextmanager
    def collecting_notices(self) -> Iterator[Mapping[str, Finding]]:
        """Collect a finding for each kind of output and each version without a schema, and for mistakes of the project's schemas.

        They are collected by key; of those with the same key, the first counts.
        """
        self._notices = {}
        yield self._notices

    def _note_missing_schema(self, file: PlannedFile, key: str) -> None:
        environment = self._environment_of(file)
        missing_version = environment and self._output_schemas.version_without_schemas(key, environment.json)
        if environment and missing_version:
            if f"version {environment.name}" not in self._notices:
                finding = _missing_version_finding(environment, missing_version)
                self._notices[f"version {environment.name}"] = finding
        elif f"kind {key}" not in self._notices:
            self._notices[f"kind {key}"] = self._missing_schema_finding(file, key)

    def _missing_schema_finding(self, file: PlannedFile, key: str) -> Finding:
        extras = self._output_schemas.missing_extras
        install = f"install modelyard[{','.join(extras)}], or " if extras else ""
        help_ = f"{install}add its CustomResourceDefinition to the project's schemas/crds/"
        location = file.emitter.location((*file.rule.pointer, "schema"))
        message = f"{key} was rendered but not validated: its schema is not available"
        return Finding(codes.NO_OUTPUT_SCHEMA, message, location, file.emitter.finding_subject(("schema", key)), help_)

    def _environment_of(self, file: PlannedFile) -> EnvironmentSpec | None:
        """The Environment that the file is for; `None` for a file of no environment."""
        if file.model is not None:
            return file.model.environment
        value = file.context.get("environment")
        name = value.name.rpartition("/")[2] if isinstance(value, DocumentValue) else ""
        return self._environments.get(name)

    def _violation_finding(self, file: PlannedFile, index: int, violation: SchemaViolation) -> Finding:
        """A violation at the line of the spec that the value came from; at the template where no spec is to blame."""
        field_path = format_path(violation.pointer)
        message = f"{file.path}: {f'{field_path}: ' if field_path else ''}{violation.message}"
        template_note = Note("rendered by this template", Location(f"{file.emitter.folder}/{file.rule.template}"))
        location, origin = self._blame.locate(file, index, violation.pointer)
        if location is None:
            subject = Subject(
                "Emitter", file.emitter.id, environment_name(file), (file.rule.template, *violation.pointer)
            )
            return Finding(codes.OUTPUT_INVALID, message, template_note.location, subject, violation.help)
        return Finding(
            codes.OUTPUT_INVALID, message, location, finding_subject(file, origin), violation.help, (template_note,)
        )


def _missing_version_finding(environment: EnvironmentSpec, missing_version: MissingVersion) -> Finding:
    pointer, versions = missing_version.pointer, missing_version.installed_versions
    message = (
        f"no schemas are installed for {format_path(pointer)} {missing_version.version}: "
        f"objects in {environment.name} of kinds that the cluster itself defines are not validated"
    )
    help_ = f"schemas are installed for the versions {', '.join(versions)}; correct the version, or update the package"
    subject = Subject("Environment", environment.name, None, pointer)
    return Finding(codes.NO_SCHEMAS_FOR_VERSION, message, environment.document.location(pointer), subject, help_)


def object_policy_findings(
    policies: ModelEvaluation, blame: ValueBlame, file: PlannedFile, documents: Sequence[Json]
) -> Iterator[Finding]:
    """The violations of policies on rendered objects; they apply to files of deployments, and not to records."""
    if file.model is None or file.rule.scope != "deployment":
        return
    for index, document in enumerate(documents):
        if not isinstance(document, Mapping):
            continue

        def blame_location(pointer: Pointer, document_index: int = index) -> tuple[Pointer, Location] | None:
            location, origin = blame.locate(file, document_index, pointer)
            return (origin.pointer, location) if location is not None else None

        yield from policies.evaluate_object(file.model, file.path, document, blame_location)


def _schema_violations(schema: OutputSchema, document: Json) -> tuple[SchemaViolation, ...]:
    full_document = (
        apply_defaults(schema.defaulting_schema, document) if schema.defaulting_schema is not None else document
    )
    return schema.validator.violations(full_document)
