"""One model in one environment, as it holds."""

from dataclasses import dataclass
from functools import cached_property

from compiler.diagnostics import Code, Finding, Place, Subject
from compiler.resolve.blame import Contribution, blame
from compiler.resolve.digests import digest
from compiler.resolve.layers import Layer
from compiler.spec.language import Rules
from compiler.spec.portfolio import Spec
from compiler.values import Json, Object, Pointer, as_object


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
class ResolvedModel:
    """A model with every layer merged and its quantities in canonical form; `environment` is `None` where it runs nowhere."""

    spec: Spec
    environment: Spec | None
    data: Object
    layers: tuple[Layer, ...]
    general: int
    rules: Rules
    release: Release | None
    canary: Release | None
    runtime_fields: frozenset[str]

    @property
    def name(self) -> str:
        """The model's name."""
        return self.spec.name

    @cached_property
    def runtime_digest(self) -> str:
        """The digest of what runs: the fields that say so, and the releases with their files."""
        fields = {key: value for key, value in self.data.items() if key in self.runtime_fields}
        releases: list[Json] = [release.digest if release else None for release in (self.release, self.canary)]
        return digest({**fields, "releases": releases})

    @cached_property
    def governance_digest(self) -> str:
        """The digest of everything else: who owns it, and which rules it keeps."""
        return digest({key: value for key, value in self.data.items() if key not in self.runtime_fields})

    def blame(self, pointer: Pointer) -> tuple[Contribution, ...]:
        """Every layer that says something of a value, strongest first."""
        return blame(self.layers, self.rules, self.data, pointer)

    def finding(self, code: Code, message: str, pointer: Pointer, help: str | None = None) -> Finding:  # noqa: A002 - the field's name
        """A finding at the line that set the value; it names the environment only where a specific layer set it."""
        winner = next((said for said in self.blame(pointer) if not said.deletes), None)
        place = winner.layer.place(winner.pointer) if winner else None
        is_specific = winner is not None and self.layers.index(winner.layer) >= self.general
        environment = self.environment.name if self.environment and is_specific else None
        return Finding(
            code, message, place or self.place(pointer), Subject("Model", self.name, environment, pointer), help
        )

    def place(self, pointer: Pointer) -> Place:
        """The line that set a value, or where the model's document would say it."""
        for said in self.blame(pointer):
            place = None if said.deletes else said.layer.place(said.pointer)
            if place is not None:
                return place
        return self.spec.document.place(pointer)
