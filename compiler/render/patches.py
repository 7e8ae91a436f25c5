"""Patches: merges into rendered objects; each must match exactly one object."""

from collections.abc import Iterator, Sequence

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, Object, Pointer, as_object, value_at
from compiler.resolve.merge import merge
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import PatchData, PatchTargetData
from compiler.spec.language import NO_MERGE_RULES

DocumentsByFile = list[list[Json]]
"""The objects of a unit: the documents of each file."""


def apply_patches(model: ResolvedModel, objects: DocumentsByFile) -> tuple[DocumentsByFile, list[Finding]]:
    """The objects with the model's patches merged (RFC 7386), and the patches that do not match exactly one object."""
    patched_objects = [list(documents) for documents in objects]
    findings: list[Finding] = []
    for index, patch in enumerate(model.data.get("deploy", {}).get("patches", ())):
        matches = list(_matching_documents(patch["target"], patched_objects))
        if len(matches) == 1:
            file, document = matches[0]
            patched_objects[file][document] = merge(
                as_object(patched_objects[file][document]), patch["merge"], NO_MERGE_RULES
            )
        else:
            findings.append(_mismatch_finding(model, index, patch, patched_objects, len(matches)))
    return patched_objects, findings


def patch_pointer(model: ResolvedModel, document: Json, pointer: Pointer) -> Pointer | None:
    """The pointer, in the model, to the patch that set a value of a rendered object."""
    for index, patch in enumerate(model.data.get("deploy", {}).get("patches", ())):
        if _sets_value(patch["merge"], pointer) and _matches_target(patch["target"], as_object(document)):
            return ("deploy", "patches", index, "merge", *pointer)
    return None


def _sets_value(merge_patch: Json, pointer: Pointer) -> bool:
    try:
        return value_at(merge_patch, pointer) is not None
    except (KeyError, IndexError, TypeError):
        return False


def _matching_documents(target: PatchTargetData, objects: Sequence[Sequence[Json]]) -> Iterator[tuple[int, int]]:
    for file, documents in enumerate(objects):
        for index, document in enumerate(documents):
            if _matches_target(target, as_object(document)):
                yield file, index


def _matches_target(target: PatchTargetData, document: Object) -> bool:
    name = as_object(document.get("metadata")).get("name")
    return document.get("kind") == target["kind"] and ("name" not in target or target["name"] == name)


def _mismatch_finding(
    model: ResolvedModel, index: int, patch: PatchData, objects: DocumentsByFile, count: int
) -> Finding:
    target = patch["target"]
    target_text = f"{target['kind']} {target['name']}" if "name" in target else target["kind"]
    available = sorted(
        {
            f"{obj.get('kind')} {as_object(obj.get('metadata')).get('name', '')}".strip()
            for documents in objects
            for obj in map(as_object, documents)
        }
    )
    message = (
        f"the patch of {target_text} matches {count} objects"
        if count
        else f"the patch of {target_text} matches no object"
    )
    help_ = f"rendered here: {', '.join(available)}" if not count else "name the object under `target`"
    return model.finding(codes.PATCH_TARGET_MISMATCH, message, ("deploy", "patches", index, "target"), help_)
