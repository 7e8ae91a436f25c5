"""One model in one environment, as it holds."""

from dataclasses import dataclass
from functools import cached_property

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding, Place, Subject
from compiler.foundation.json_data import Json, Object, Pointer, as_object, dotted
from compiler.json_schema import Violation
from compiler.resolve.blame import Contribution, blame
from compiler.resolve.digests import digest
from compiler.resolve.layers import Layer
from compiler.spec.language import Rules
from compiler.spec.portfolio import Spec, identity


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
class Merged:
    """A model's layers laid over each other in one environment; `environment` is `None` where it runs nowhere."""

    spec: Spec
    environment: Spec | None
    data: Object
    layers: tuple[Layer, ...]
    general: int
    rules: Rules

    @property
    def name(self) -> str:
        """The model's name."""
        return self.spec.name

    def blame(self, pointer: Pointer) -> tuple[Contribution, ...]:
        """Every layer that says something of a value, strongest first."""
        return blame(self.layers, self.rules, self.data, pointer)

    def place(self, pointer: Pointer) -> Place:
        """The line that set a value, or where the model's document would say it."""
        return next(
            (
                said.layer.document.place(said.written)
                for said in self.blame(pointer)
                if said.layer.document and not said.deletes
            ),
            self.spec.document.place(pointer),
        )

    def finding(
        self,
        code: Code,
        message: str,
        pointer: Pointer,
        help: str | None = None,  # noqa: A002 - the field's name in every finding
        *,
        here: bool = False,
    ) -> Finding:
        """A finding at the line that set the value; it is one of the document that holds the line.

        So a mistake in a layer of many models is one finding. `here`: it is the model's own, and holds in this
        environment, whatever set the value.
        """
        said = next((said for said in self.blame(pointer) if said.layer.document and not said.deletes), None)
        return Finding(
            code, message, self.place(pointer), self._subject(None if here else said, pointer, here=here), help
        )

    def complaint(self, violation: Violation) -> Finding:
        """The finding for what the schema finds wrong with the merged data."""
        pointer, unknown = violation.pointer, violation.keyword == "unknown"
        where = dotted(pointer[:-1] if unknown else pointer)
        message = f"{where}: {violation.message}" if where else violation.message
        if violation.missing is not None:
            said = self._left_out(pointer, violation.missing)
            is_here = said is not None and said.deletes
        else:
            said, is_here = next(iter(self.blame(pointer)), None), not unknown
        document = (said and said.layer.document) or self.spec.document
        written = said.written if said else ()
        place = document.place(written) if is_here else document.key_place(written)
        code = codes.MISSING_KEY if violation.missing is not None else codes.UNKNOWN_KEY if unknown else codes.BAD_VALUE
        return Finding(code, message, place, self._subject(said, pointer), violation.help)

    def _left_out(self, pointer: Pointer, key: str) -> Contribution | None:
        """Who would have to say a key: who deletes it; else the weakest layer that began the map; `None`: the document."""
        deleted = next(iter(self.blame((*pointer, key))), None)
        if deleted and deleted.deletes:
            return deleted
        return next((said for said in reversed(self.blame(pointer)) if said.layer.document), None) if pointer else None

    def _subject(self, said: Contribution | None, pointer: Pointer, *, here: bool = False) -> Subject:
        """The document that a contribution stands in, and the environment that it is written for."""
        if self.environment and here:
            return Subject("Model", self.name, self.environment.name, pointer)
        if said is None or said.layer.document is None:
            return Subject("Model", self.name, None, pointer)
        is_named = self.environment is not None and said.layer.pointer[-1:] == (self.environment.name,)
        environment = self.environment.name if self.environment and is_named else None
        if said.layer.document is self.spec.document:
            return Subject("Model", self.name, environment, pointer)
        kind, name = identity(said.layer.document)
        return Subject(kind, name, environment, said.written)


@dataclass(frozen=True)
class ResolvedModel(Merged):
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
