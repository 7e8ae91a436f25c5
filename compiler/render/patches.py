"""The escape hatch: merges over single rendered objects, each of which must match exactly one."""

from collections.abc import Iterator, Sequence

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, Object, Pointer, as_list, as_object, at
from compiler.resolve.merge import merge
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.language import NO_RULES

Objects = list[list[Json]]
"""The objects of a unit: for each file, its documents."""


def patched(model: ResolvedModel, objects: Objects) -> tuple[Objects, list[Finding]]:
    """The objects with the model's patches merged over them (RFC 7386), and the patches that do not match one object."""
    out = [list(documents) for documents in objects]
    findings: list[Finding] = []
    for index, patch in enumerate(map(as_object, as_list(as_object(model.data.get("deploy")).get("patches")))):
        found = list(_matching(as_object(patch["target"]), out))
        if len(found) == 1:
            file, document = found[0]
            out[file][document] = merge(as_object(out[file][document]), as_object(patch["merge"]), NO_RULES)
        else:
            findings.append(_miss(model, index, patch, out, len(found)))
    return out, findings


def patch_of(model: ResolvedModel, document: Json, pointer: Pointer) -> Pointer | None:
    """The patch that set a value of a rendered object: its pointer in the model."""
    for index, patch in enumerate(map(as_object, as_list(as_object(model.data.get("deploy")).get("patches")))):
        if _says(patch["merge"], pointer) and _is(as_object(patch["target"]), as_object(document)):
            return ("deploy", "patches", index, "merge", *pointer)
    return None


def _says(merge: Json, pointer: Pointer) -> bool:
    try:
        return at(merge, pointer) is not None
    except (KeyError, IndexError, TypeError):
        return False


def _matching(target: Object, objects: Sequence[Sequence[Json]]) -> Iterator[tuple[int, int]]:
    for file, documents in enumerate(objects):
        for index, document in enumerate(documents):
            if _is(target, as_object(document)):
                yield file, index


def _is(target: Object, document: Object) -> bool:
    named = as_object(document.get("metadata")).get("name")
    return document.get("kind") == target["kind"] and ("name" not in target or target["name"] == named)


def _miss(model: ResolvedModel, index: int, patch: Object, objects: Objects, count: int) -> Finding:
    target = as_object(patch["target"])
    shown = f"{target['kind']} {target['name']}" if "name" in target else str(target["kind"])
    there = sorted(
        {
            f"{obj.get('kind')} {as_object(obj.get('metadata')).get('name', '')}".strip()
            for documents in objects
            for obj in map(as_object, documents)
        }
    )
    message = f"the patch of {shown} matches {count} objects" if count else f"the patch of {shown} matches no object"
    help_ = f"rendered here: {', '.join(there)}" if not count else "name the object under `target`"
    return model.finding(codes.PATCH_MISSES, message, ("deploy", "patches", index, "target"), help_)
