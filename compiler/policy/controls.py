"""Catalogues of controls that policies are evidence for: `schemas/controls/<framework>.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from compiler.source.tree import Tree
from compiler.source.yaml_text import parse
from compiler.values import Object, as_object

FOLDER = "controls"


@dataclass
class Controls:
    """The catalogues that came with Modelyard; each is read when it is first asked for."""

    shipped: Tree
    _read: dict[str, Mapping[str, object]] = field(default_factory=dict)

    def frameworks(self) -> tuple[str, ...]:
        """Names of all catalogues."""
        return tuple(sorted(path.split("/")[-1].removesuffix(".yaml") for path in self.shipped.paths(FOLDER)))

    def catalogue(self, framework: str) -> Object:
        """What a catalogue says; nothing of one that is not there."""
        path = f"{FOLDER}/{framework}.yaml"
        if not self.shipped.has(path):
            return {}
        return as_object(parse(self.shipped.read(path), path).documents[0].data)

    def knows(self, control: str) -> bool:
        """Whether a catalogue has the control: `EU-AI-Act:Art.14`."""
        return control.partition(":")[2] in self.of(control.partition(":")[0])

    def of(self, framework: str) -> Mapping[str, object]:
        """The controls of a framework by their ids."""
        if framework not in self._read:
            self._read[framework] = as_object(self.catalogue(framework).get("controls"))
        return self._read[framework]
