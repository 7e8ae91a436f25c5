"""A resolved model in one environment."""

from dataclasses import dataclass
from functools import cached_property

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding, Location, Subject
from compiler.foundation.json_data import Json, Object, Pointer, format_path, plain_data
from compiler.json_schema.violation import SchemaViolation
from compiler.resolve.blame import Contribution, blame
from compiler.resolve.digests import digest
from compiler.resolve.layers import Layer
from compiler.spec.data_types import ModelData, ReleaseData, SourceData
from compiler.spec.merge_rules import MergeRules
from compiler.spec.portfolio import EnvironmentSpec, ModelSpec, document_identity
from compiler.spec.schema_findings import violation_help


@dataclass(frozen=True, slots=True)
class CompanionFile:
    """A companion file of a release: its path in the tree, its path as the spec writes it, and its content."""

    path: str
    relative: str
    content: bytes

    @property
    def text(self) -> str | None:
        """The file as text; `None` if it is not UTF-8."""
        try:
            return self.content.decode()
        except UnicodeDecodeError:
            return None


@dataclass(frozen=True)
class Release:
    """A published release; its content is at `pointer` of the model's document."""

    version: str
    content: ReleaseData
    pointer: Pointer
    files: tuple[CompanionFile, ...]
    digest: str

    @property
    def json(self) -> Object:
        """The content as plain JSON."""
        return plain_data(self.content)

    @cached_property
    def identified_json(self) -> Object:
        """The content with the version and the digest, as templates and conditions see a release."""
        return {**self.json, "version": self.version, "digest": self.digest}

    @property
    def source(self) -> SourceData:
        """The source of the release."""
        return self.content["source"]


@dataclass(frozen=True)
class MergedModel:
    """The merged layers of a model in one environment; `environment` is `None` if it is not deployed."""

    spec: ModelSpec
    environment: EnvironmentSpec | None
    json: Object
    layers: tuple[Layer, ...]
    base_layer_count: int
    rules: MergeRules

    @property
    def name(self) -> str:
        """The name of the model."""
        return self.spec.name

    def blame(self, pointer: Pointer) -> tuple[Contribution, ...]:
        """Every layer that contributes to a value, strongest first."""
        return blame(self.layers, self.rules, self.json, pointer)

    def location(self, pointer: Pointer) -> Location:
        """The line that sets a value, or where the model's document would set it."""
        return next(
            (
                contribution.layer.document.location(contribution.document_pointer)
                for contribution in self.blame(pointer)
                if contribution.layer.document and not contribution.deletes
            ),
            self.spec.document.location(pointer),
        )

    def finding(
        self,
        code: Code,
        message: str,
        pointer: Pointer,
        help: str | None = None,  # noqa: A002 - the same name as the field of a finding
        *,
        per_environment: bool = False,
    ) -> Finding:
        """A finding at the line that sets the value; its subject is the document with that line.

        So a mistake in a shared layer is one finding for all models. With `per_environment`, the finding is about the model in this
        environment, whatever layer sets the value.
        """
        contribution = next(
            (
                contribution
                for contribution in self.blame(pointer)
                if contribution.layer.document and not contribution.deletes
            ),
            None,
        )
        return Finding(
            code,
            message,
            self.location(pointer),
            self._subject(None if per_environment else contribution, pointer, per_environment=per_environment),
            help,
        )

    def key_location(self, pointer: Pointer) -> Location:
        """The location of the key of a value, which for a list is not that of its first element."""
        contribution = next(iter(self.blame(pointer)), None)
        if contribution is None or contribution.layer.document is None:
            return self.location(pointer)
        return contribution.layer.document.key_location(contribution.document_pointer)

    def schema_finding(self, violation: SchemaViolation) -> Finding:
        """The finding for a schema violation of the merged data."""
        pointer, is_unknown_key = violation.pointer, violation.keyword == "unknown"
        path_text = format_path(pointer[:-1] if is_unknown_key else pointer)
        message = f"{path_text}: {violation.message}" if path_text else violation.message
        if violation.missing_key is not None:
            contribution = self._missing_key_source(pointer, violation.missing_key)
            points_at_value = contribution is not None and contribution.deletes
        else:
            contribution, points_at_value = next(iter(self.blame(pointer)), None), not is_unknown_key
        document = (contribution and contribution.layer.document) or self.spec.document
        document_pointer = contribution.document_pointer if contribution else ()
        location = document.location(document_pointer) if points_at_value else document.key_location(document_pointer)
        code = (
            codes.MISSING_KEY
            if violation.missing_key is not None
            else codes.UNKNOWN_KEY
            if is_unknown_key
            else codes.BAD_VALUE
        )
        return Finding(
            code, message, location, self._subject(contribution, pointer), violation_help(violation) or code.remedy
        )

    def _missing_key_source(self, pointer: Pointer, key: str) -> Contribution | None:
        """The layer that should add a missing key: the one that deletes it, else the weakest with the map; `None`: the document."""
        deletion = next(iter(self.blame((*pointer, key))), None)
        if deletion and deletion.deletes:
            return deletion
        return (
            next((contribution for contribution in reversed(self.blame(pointer)) if contribution.layer.document), None)
            if pointer
            else None
        )

    def _subject(
        self, contribution: Contribution | None, pointer: Pointer, *, per_environment: bool = False
    ) -> Subject:
        """The document of a contribution, and the environment that it applies to."""
        if self.environment and per_environment:
            return Subject("Model", self.name, self.environment.name, pointer)
        if contribution is None or contribution.layer.document is None:
            return Subject("Model", self.name, None, pointer)
        is_named = self.environment is not None and contribution.layer.pointer[-1:] == (self.environment.name,)
        environment = self.environment.name if self.environment and is_named else None
        if contribution.layer.document is self.spec.document:
            return Subject("Model", self.name, environment, pointer)
        kind, name = document_identity(contribution.layer.document)
        return Subject(kind, name, environment, contribution.document_pointer)


@dataclass(frozen=True)
class ResolvedModel(MergedModel):
    """A model in one environment with its releases, and its quantities in canonical form."""

    data: ModelData
    """The same as `json`, with types: the schema of the model's type accepts it."""
    release: Release | None
    canary: Release | None
    runtime_fields: frozenset[str]
    governance_fields: frozenset[str]

    @cached_property
    def runtime_digest(self) -> str:
        """The digest of what runs: runtime fields, and the releases with their files."""
        fields = {key: value for key, value in self.json.items() if key in self.runtime_fields}
        releases: list[Json] = [release.digest if release else None for release in (self.release, self.canary)]
        return digest({**fields, "releases": releases})

    @cached_property
    def governance_digest(self) -> str:
        """The digest of ownership and rules. Fields outside both digests affect neither."""
        return digest({key: value for key, value in self.json.items() if key in self.governance_fields})
