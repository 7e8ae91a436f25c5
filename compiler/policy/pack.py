"""Packs: folders of policies that came with Modelyard, or that a project keeps below `schemas/policies/`."""

from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import basename, dirname

from compiler.foundation.json_data import Object, as_object, as_str
from compiler.policy.policy_definition import SHIPPED, Policy
from compiler.source.tree import Tree
from compiler.source.yaml_parse import parse
from compiler.spec.portfolio import PACK_FILE, Spec, identity

FOLDER = "policies"


@dataclass(frozen=True)
class Pack:
    """Policies that are bound by one name; `about` says what the pack is."""

    name: str
    about: Object
    policies: tuple[Policy, ...]


def shipped_names(shipped: Tree) -> tuple[str, ...]:
    """Names of the packs that came with Modelyard."""
    return tuple(sorted({basename(dirname(path)) for path in shipped.paths(FOLDER) if basename(path) == PACK_FILE}))


def shipped_pack(shipped: Tree, name: str) -> Pack:
    """One of them; its documents are sound, which the tests that ship them hold."""
    folder = f"{FOLDER}/{name}"
    about = parse(shipped.read(f"{folder}/{PACK_FILE}"), f"{SHIPPED}{folder}/{PACK_FILE}").documents[0].data
    return Pack(name, as_object(about), tuple(_policies(shipped, folder, name)))


def _policies(shipped: Tree, folder: str, pack: str) -> Iterator[Policy]:
    for path in sorted(shipped.paths(folder)):
        if basename(path) != PACK_FILE and path.endswith(".yaml"):
            for document in parse(shipped.read(path), f"{SHIPPED}{path}").documents:
                kind, name = identity(document)
                yield Policy(Spec(kind, name, document), pack)


def own_pack(spec: Spec, schemas: str) -> str:
    """The pack that a project's policy is of, by its folder; empty where it stands beside the models."""
    folder, root = dirname(spec.document.path), f"{schemas}/{FOLDER}/"
    return as_str(folder.removeprefix(root).split("/")[0]) if folder.startswith(root) else ""
