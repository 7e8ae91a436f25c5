"""Patches: merges into rendered objects; each must match exactly one object."""

from collections.abc import Iterator, Sequence

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, Object, Pointer, value_at
from compiler.resolve.merge import merge
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import PatchData, PatchTargetData
from compiler.spec.merge_rules import NO_MERGE_RULES

DocumentsByFile = list[list[Json]]
"""The objects of a unit: the documents of each file."""


def apply_patches(model: ResolvedModel, objects: DocumentsByFile) -> tuple[DocumentsByFile, list[Finding]]:
    """The objects with the model's patches merged (RFC 7386), and the patches that do not match exactly one object."""
    patched_objects = [list(documents) for documents in objects]
    findings: list[Finding] = []
    for index, patch in enumerate(model.data.get("deploy", {}).get("patches", ())):
        matches = list(_matching_documents(patch["target"], patched_objects))
        if len(matches) == 1:
            file, index_in_file, document = matches[0]
            patched_objects[file][index_in_file] = merge(document, patch["merge"], NO_MERGE_RULES)
        else:
            findings.append(_mismatch_finding(model, index, patch, patched_objects, len(matches)))
    return patched_objects, findings


def patch_pointer(model: ResolvedModel, document: Json, pointer: Pointer) -> Pointer | None:
    """The pointer, in the model, to the patch that set a value of a rendered object."""
    for index, patch in enumerate(model.data.get("deploy", {}).get("patches", ())):
        is_target = isinstance(document, dict) and _matches_target(patch["target"], document)
        if is_target and _sets_value(patch["merge"], pointer):
            return ("deploy", "patches", index, "merge", *pointer)
    return None


def _sets_value(merge_patch: Json, pointer: Pointer) -> bool:
    try:
        return value_at(merge_patch, pointer) is not None
    except (KeyError, IndexError, TypeError):
        return False


def _matching_documents(
    target: PatchTargetData, objects: Sequence[Sequence[Json]]
) -> Iterator[tuple[int, int, Object]]:
    """The objects that a patch is for, each with the index of its file and its index in the file."""
    for file, documents in enumerate(objects):
        for index, document in enumerate(documents):
            if isinstance(document, dict) and _matches_target(target, document):
                yield file, index, document


def _matches_target(target: PatchTargetData, document: Object) -> bool:
    return document.get("kind") == target["kind"] and ("name" not in target or target["name"] == _object_name(document))


def _object_name(document: Object) -> str | None:
    match document.get("metadata"):
        case {"name": str(name)}:
            return name
    return None


def _mismatch_finding(
    model: ResolvedModel, index: int, patch: PatchData, objects: DocumentsByFile, count: int
) -> Finding:
    target = patch["target"]
    target_text = f"{target['kind']} {target['name']}" if "name" in target else target["kind"]
    available = sorted(
        {
            f"{document.get('kind')} {_object_name(document) or ''}".strip()
            for documents in objects
            for document in documents
            if isinstance(document, dict)
        }
    )
    message = (
        f"the patch of {target_text} matches {count} objects"
        if count
        else f"the patch of {target_text} matches no object"
    )
    help_ = f"rendered here: {', '.join(available)}" if not count else "name the object under `target`"
    return model.finding(codes.PATCH_TARGET_MISMATCH, message, ("deploy", "patches", index, "target"), help_)
