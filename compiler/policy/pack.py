"""Packs: folders of policies, shipped with Modelyard or below a project's `schemas/policies/`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from posixpath import basename, dirname

import msgspec

from compiler.foundation.json_data import Object
from compiler.foundation.resources import SHIPPED_SCHEMAS
from compiler.policy.policy_definition import Policy
from compiler.source.tree import Tree
from compiler.source.yaml_parse import parse
from compiler.spec.data_types import EmitterSourceData
from compiler.spec.portfolio import PACK_FILE, Spec, TypedSpec, document_identity
from compiler.spec.spec_header import SpecHeader

FOLDER = "policies"


@dataclass(frozen=True)
class Pack:
    """Policies that are bound by one name; `metadata` describes the pack."""

    name: str
    metadata: Object
    policies: tuple[Policy, ...]

    @property
    def sources(self) -> Sequence[EmitterSourceData]:
        """The documents that all its policies are based on."""
        return msgspec.convert(self.metadata.get("sources", []), list[EmitterSourceData])


def shipped_pack_names(shipped_tree: Tree) -> tuple[str, ...]:
    """The names of the shipped packs."""
    return tuple(
        sorted({basename(dirname(path)) for path in shipped_tree.paths(FOLDER) if basename(path) == PACK_FILE})
    )


def load_shipped_pack(shipped_tree: Tree, name: str) -> Pack:
    """Load a shipped pack; tests prove that its documents are valid."""
    folder = f"{FOLDER}/{name}"
    metadata = (
        parse(shipped_tree.read(f"{folder}/{PACK_FILE}"), f"{SHIPPED_SCHEMAS}{folder}/{PACK_FILE}").documents[0].data
    )
    return Pack(name, metadata, tuple(_load_policies(shipped_tree, folder, name)))


def _load_policies(shipped_tree: Tree, folder: str, pack: str) -> Iterator[Policy]:
    for path in sorted(shipped_tree.paths(folder)):
        if basename(path) != PACK_FILE and path.endswith(".yaml"):
            for document in parse(shipped_tree.read(path), f"{SHIPPED_SCHEMAS}{path}").documents:
                kind, name = document_identity(document)
                yield Policy(TypedSpec(kind, name, document, SpecHeader(kind, name)), pack)


def project_pack_name(spec: Spec, schemas_folder: str) -> str:
    """The pack of a project's policy, by its folder; empty if the policy is next to models."""
    folder, root = dirname(spec.document.path), f"{schemas_folder}/{FOLDER}/"
    return folder.removeprefix(root).split("/")[0] if folder.startswith(root) else ""
