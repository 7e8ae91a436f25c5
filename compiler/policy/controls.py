"""Catalogues of controls that policies implement: `schemas/controls/<framework>.yaml`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Object
from compiler.source.tree import Tree
from compiler.source.yaml_parse import parse

FOLDER = "controls"


@dataclass
class ControlCatalogues:
    """The shipped catalogues, and those in the project's folder of schemas; each is read on first use."""

    shipped_tree: Tree
    project_tree: Tree
    schemas_folder: str
    _controls_cache: dict[str, Mapping[str, object]] = field(default_factory=dict)

    def frameworks(self) -> tuple[str, ...]:
        """The names of all catalogues."""
        project_paths = self.project_tree.paths(f"{self.schemas_folder}/{FOLDER}")
        paths = [path for path in (*self.shipped_tree.paths(FOLDER), *project_paths) if path.endswith(".yaml")]
        return tuple(sorted({path.split("/")[-1].removesuffix(".yaml") for path in paths}))

    def findings(self) -> Iterator[Finding]:
        """Findings about the project's own catalogues."""
        for path in self.project_tree.paths(f"{self.schemas_folder}/{FOLDER}"):
            if path.endswith(".yaml"):
                yield from parse(self.project_tree.read(path), path).findings

    def catalogue(self, framework: str) -> Object:
        """A catalogue; empty if it does not exist."""
        path = f"{FOLDER}/{framework}.yaml"
        for tree, catalogue_path in ((self.shipped_tree, path), (self.project_tree, f"{self.schemas_folder}/{path}")):
            documents = parse(tree.read(catalogue_path), catalogue_path).documents if tree.has(catalogue_path) else ()
            if documents:
                return documents[0].data
        return {}

    def has_control(self, control: str) -> bool:
        """Whether a catalogue contains the control: `EU-AI-Act:Art.14`."""
        return control.partition(":")[2] in self.controls_of(control.partition(":")[0])

    def controls_of(self, framework: str) -> Mapping[str, object]:
        """The controls of a framework by id."""
        if framework not in self._controls_cache:
            controls = self.catalogue(framework).get("controls")
            self._controls_cache[framework] = controls if isinstance(controls, Mapping) else {}
        return self._controls_cache[framework]
