"""One model in one environment, as it holds."""

from dataclasses import dataclass
from functools import cached_property

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding, Location, Subject
from compiler.foundation.json_data import Json, Object, Pointer, as_object, format_path
from compiler.json_schema import SchemaViolation
from compiler.resolve.blame import Contribution, blame
from compiler.resolve.digests import digest
from compiler.resolve.layers import Layer
from compiler.spec.language import MergeRules
from compiler.spec.portfolio import Spec, document_identity


@dataclass(frozen=True, slots=True)
class CompanionFile:
    """A file beside a spec that belongs to a release: its path in the tree, as the spec writes it, and its bytes."""

    path: str
    relative: str
    content: bytes

    @property
    def text(self) -> str | None:
        """The file as text; `None` where it is not UTF-8."""
        try:
            return self.content.decode()
        except UnicodeDecodeError:
            return None


@dataclass(frozen=True, slots=True)
class Release:
    """A published release: its content stands at `pointer` of the model's document."""

    version: str
    content: Object
    pointer: Pointer
    files: tuple[CompanionFile, ...]
    digest: str

    @property
    def source(self) -> Object:
        """What the release is made of."""
        return as_object(self.content.get("source"))


@dataclass(frozen=True)
class MergedModel:
    """A model's layers laid over each other in one environment; `environment` is `None` where it runs nowhere."""

    spec: Spec
    environment: Spec | None
    data: Object
    layers: tuple[Layer, ...]
    base_layer_count: int
    rules: MergeRules

    @property
    def name(self) -> str:
        """The model's name."""
        return self.spec.name

    def blame(self, pointer: Pointer) -> tuple[Contribution, ...]:
        """Every layer that says something of a value, strongest first."""
        return blame(self.layers, self.rules, self.data, pointer)

    def location(self, pointer: Pointer) -> Location:
        """The line that set a value, or where the model's document would say it."""
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
        help: str | None = None,  # noqa: A002 - the field's name in every finding
        *,
        per_environment: bool = False,
    ) -> Finding:
        """A finding at the line that set the value; it is one of the document that holds the line.

        So a mistake in a layer of many models is one finding. `here`: it is the model's own, and holds in this
        environment, whatever set the value.
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

    def schema_finding(self, violation: SchemaViolation) -> Finding:
        """The finding for what the schema finds wrong with the merged data."""
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
        return Finding(code, message, location, self._subject(contribution, pointer), violation.help)

    def _missing_key_source(self, pointer: Pointer, key: str) -> Contribution | None:
        """Who would have to say a key: who deletes it; else the weakest layer that began the map; `None`: the document."""
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
        """The document that a contribution stands in, and the environment that it is written for."""
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

    release: Release | None
    canary: Release | None
    runtime_fields: frozenset[str]
    governance_fields: frozenset[str]

    @cached_property
    def runtime_digest(self) -> str:
        """The digest of what runs: the fields that say so, and the releases with their files."""
        fields = {key: value for key, value in self.data.items() if key in self.runtime_fields}
        releases: list[Json] = [release.digest if release else None for release in (self.release, self.canary)]
        return digest({**fields, "releases": releases})

    @cached_property
    def governance_digest(self) -> str:
        """The digest of who owns it, and which rules it keeps; of what is in no digest, neither says anything."""
        return digest({key: value for key, value in self.data.items() if key in self.governance_fields})
