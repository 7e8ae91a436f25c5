"""Catalogues of controls that policies are evidence for: `schemas/controls/<framework>.yaml`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Object, as_object
from compiler.source.tree import Tree
from compiler.source.yaml_parse import parse

FOLDER = "controls"


@dataclass
class Controls:
    """The catalogues that came with Modelyard, and a project's own below its folder of schemas; each is read when it is first asked for."""

    shipped: Tree
    project: Tree
    schemas: str
    _read: dict[str, Mapping[str, object]] = field(default_factory=dict)

    def frameworks(self) -> tuple[str, ...]:
        """Names of all catalogues."""
        own = self.project.paths(f"{self.schemas}/{FOLDER}")
        paths = [path for path in (*self.shipped.paths(FOLDER), *own) if path.endswith(".yaml")]
        return tuple(sorted({path.split("/")[-1].removesuffix(".yaml") for path in paths}))

    def findings(self) -> Iterator[Finding]:
        """What cannot be read of a project's own catalogues."""
        for path in self.project.paths(f"{self.schemas}/{FOLDER}"):
            if path.endswith(".yaml"):
                yield from parse(self.project.read(path), path).findings

    def catalogue(self, framework: str) -> Object:
        """What a catalogue says; nothing of one that is not there."""
        path = f"{FOLDER}/{framework}.yaml"
        for tree, place in ((self.shipped, path), (self.project, f"{self.schemas}/{path}")):
            documents = parse(tree.read(place), place).documents if tree.has(place) else ()
            if documents:
                return as_object(documents[0].data)
        return {}

    def knows(self, control: str) -> bool:
        """Whether a catalogue has the control: `EU-AI-Act:Art.14`."""
        return control.partition(":")[2] in self.of(control.partition(":")[0])

    def of(self, framework: str) -> Mapping[str, object]:
        """The controls of a framework by their ids."""
        if framework not in self._read:
            self._read[framework] = as_object(self.catalogue(framework).get("controls"))
        return self._read[framework]
