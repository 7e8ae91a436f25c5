"""Patches: strategic merges into rendered objects. A patch applies to every object that it selects, and to the parts that run a canary."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json, Object, Pointer, value_at, value_or_none
from compiler.foundation.suggestions import closest_match, quote_list
from compiler.plan.planned_units import PlannedFile
from compiler.render.field_paths import ends_at, parse_path, pointers_at
from compiler.render.governed_values import GovernedValues
from compiler.render.list_keys import ListKeys, list_keys
from compiler.render.strategic_merge import Position, StrategicMerge, iter_members, path_text
from compiler.render.template_engine import SourceMap
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import CanaryPartData, PatchData, PatchTargetData

DocumentsByFile = list[list[Json]]
"""The objects of a unit: the documents of each file."""

PatchOrigins = Mapping[tuple[str, int], Mapping[Pointer, Pointer]]
"""By path of a file and index of a document: the pointers, in the model, to what patches set in it."""

_ROOT = Position((), (), ())


@dataclass(frozen=True, slots=True)
class ObjectSources:
    """What is known of the objects of a file: the schema of each, and the origins of the values that the template rendered."""

    schema_of: Callable[[PlannedFile], Object]
    source_map_of: Callable[[PlannedFile], SourceMap]


@dataclass(slots=True)
class PatchedObjects:
    """The objects of a unit with the patches of its model merged, what they set, and what is wrong with them."""

    documents: DocumentsByFile
    origins: dict[tuple[str, int], dict[Pointer, Pointer]] = field(default_factory=dict)
    merges: dict[tuple[str, int], list[tuple[int, StrategicMerge]]] = field(default_factory=dict)
    """By path of a file and index of a document: its merges in order, each with the index of its patch."""
    findings: list[Finding] = field(default_factory=list)


def apply_patches(
    model: ResolvedModel, files: Sequence[PlannedFile], documents: DocumentsByFile, sources: ObjectSources
) -> PatchedObjects:
    """Merge the model's patches, one after the other."""
    result = PatchedObjects([list(file_documents) for file_documents in documents])
    for index, patch in enumerate(model.data.get("deploy", {}).get("patches", ())):
        result.findings += _list_path_findings(model, index, patch)
        targets = list(_matching_documents(patch["target"], files, result.documents))
        if not targets:
            objects = [
                documents for file, documents in zip(files, result.documents, strict=True) if file.rule.is_resource
            ]
            result.findings.append(_mismatch_finding(model, index, patch, objects))
            continue
        has_effect, removals = False, dict[Pointer, bool]()
        for file_index, document_index, document in targets:
            file, key = files[file_index], (files[file_index].path, document_index)
            merge, patched_document = _merge_patch(patch, document, file, sources.schema_of(file))
            merges = result.merges.setdefault(key, [])
            result.documents[file_index][document_index] = patched_document
            result.findings += _problem_findings(model, index, document, merge)
            if merge.changes:
                governed_values = GovernedValues(file, document, sources.source_map_of(file), document_index)
                previous_merges = [previous_merge for _, previous_merge in merges]
                result.findings += _governed_findings(model, index, document, merge, previous_merges, governed_values)
            model_origins = {pointer: merge_pointer(index, origin) for pointer, origin in merge.origins.items()}
            all_origins = {**_moved_origins(result.origins.get(key, {}), merge), **model_origins}
            result.origins[key] = {
                pointer: origin for pointer, origin in all_origins.items() if _has_value(patched_document, pointer)
            }
            merges.append((index, merge))
            has_effect = has_effect or bool(merge.changes or merge.problems)
            removals |= {pointer: removals.get(pointer, False) or found for pointer, found in merge.removals.items()}
        if has_effect:
            result.findings += _removal_findings(model, index, targets, removals)
        elif not _waits_for_canary(model, patch["target"], [files[target[0]] for target in targets]):
            result.findings.append(_no_effect_finding(model, index, targets))
    return result


def _merge_patch(
    patch: PatchData, document: Object, file: PlannedFile, schema: Object
) -> tuple[StrategicMerge, Object]:
    """An object with a patch merged, and the merge."""
    merge = StrategicMerge()
    keys = list_keys(schema, patch.get("listMapKeys", {}), file.rule.list_map_keys)
    canary = patch["target"].get("canary", "include")
    result: Json = document
    if canary != "only":
        result = merge.merge(document, patch["merge"], keys, _ROOT)
    if canary != "exclude":
        for part in file.rule.canary_parts:
            result = _merge_canary_part(merge, part, patch["merge"], result, keys)
    return merge, result if isinstance(result, dict) else document


def _merge_canary_part(
    merge: StrategicMerge, part: CanaryPartData, patch: Object, document: Json, keys: ListKeys
) -> Json:
    """An object with what a patch sets in the part that runs the release merged into the parts that run the canary."""
    counterpart = tuple(key for key in parse_path(part["counterpart"]) if key is not None)
    patched_part = value_or_none(patch, counterpart)
    if not isinstance(patched_part, dict):
        return document
    excluded_keys = part.get("excludedKeys", ())
    patched_part = {key: value for key, value in patched_part.items() if key not in excluded_keys}
    stated_keys = keys.keys_at(counterpart)
    for pointer in list(pointers_at(document, parse_path(part["path"]))):
        part_keys = keys.keys_at(pointer).as_stated_at(stated_keys)
        position = Position(pointer, pointer, counterpart)
        value = merge.merge(value_at(document, pointer), patched_part, part_keys, position)
        document = _with_value(document, pointer, value)
    return document


def _with_value(document: Json, pointer: Pointer, value: Json) -> Json:
    """A copy of a document with a value replaced; the rest is shared."""
    if not pointer:
        return value
    key, rest = pointer[0], pointer[1:]
    if isinstance(document, list) and isinstance(key, int):
        return [*document[:key], _with_value(document[key], rest, value), *document[key + 1 :]]
    if isinstance(document, dict) and isinstance(key, str):
        return {**document, key: _with_value(document[key], rest, value)}
    return document


def _has_value(data: Json, pointer: Pointer) -> bool:
    try:
        value_at(data, pointer)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _matching_documents(
    target: PatchTargetData, files: Sequence[PlannedFile], objects: Sequence[Sequence[Json]]
) -> Iterator[tuple[int, int, Object]]:
    """The objects of the cluster that a patch is for, each with the index of its file and its index in the file."""
    for file, documents in enumerate(objects):
        for index, document in enumerate(documents) if files[file].rule.is_resource else ():
            if isinstance(document, dict) and _matches_target(target, document):
                yield file, index, document


def _matches_target(target: PatchTargetData, document: Object) -> bool:
    group, separator, _ = str(document.get("apiVersion")).rpartition("/")
    return (
        document.get("kind") == target["kind"]
        and ("name" not in target or target["name"] == _object_name(document))
        and ("group" not in target or target["group"] == (group if separator else ""))
    )


def _object_name(document: Object) -> str | None:
    match document.get("metadata"):
        case {"name": str(name)}:
            return name
    return None


def _waits_for_canary(model: ResolvedModel, target: PatchTargetData, files: Sequence[PlannedFile]) -> bool:
    """Whether a patch is for canaries only, and there is none at present in objects that can have one."""
    return target.get("canary") == "only" and model.canary is None and any(file.rule.canary_parts for file in files)


def _moved_origins(origins: Mapping[Pointer, Pointer], merge: StrategicMerge) -> dict[Pointer, Pointer]:
    """What earlier patches set, where it is after another merge; without elements that it removed or replaced."""
    new_pointers = ((merge.result_pointer(pointer), origin) for pointer, origin in origins.items())
    return {pointer: origin for pointer, origin in new_pointers if pointer is not None}


def merge_pointer(index: int, pointer: Pointer = ()) -> Pointer:
    """The pointer, in the model, to a part of a patch."""
    return ("deploy", "patches", index, "merge", *pointer)


def _mismatch_finding(model: ResolvedModel, index: int, patch: PatchData, objects: DocumentsByFile) -> Finding:
    target = patch["target"]
    target_text = f"{target['kind']} {target['name']}" if "name" in target else target["kind"]
    rendered_objects = {
        _object_text(document) for documents in objects for document in documents if isinstance(document, dict)
    }
    message = f"the patch of {target_text} matches no object"
    help_ = f"rendered here: {', '.join(sorted(rendered_objects))}"
    return model.finding(codes.PATCH_TARGET_MISMATCH, message, ("deploy", "patches", index, "target"), help_)


def _list_path_findings(model: ResolvedModel, index: int, patch: PatchData) -> Iterator[Finding]:
    """A finding for each path of `listMapKeys` at which the patch has no list."""
    lists = [pointer for pointer, value in iter_members(patch["merge"]) if isinstance(value, list)]
    for path in patch.get("listMapKeys", {}):
        if not any(ends_at(parse_path(path), pointer) for pointer in lists):
            paths = list(dict.fromkeys(map(path_text, lists)))
            suggestion = closest_match(path, paths)
            choice = f"it has lists at {quote_list(paths)}" if paths else "remove the path"
            help_ = f"did you mean `{suggestion}`?" if suggestion else choice
            message = f"the patch has no list at `{path}`"
            pointer = ("deploy", "patches", index, "listMapKeys", path)
            finding = model.finding(codes.BAD_PATCH, message, pointer, help_)
            yield replace(finding, location=model.key_location(pointer))


def _problem_findings(model: ResolvedModel, index: int, document: Object, merge: StrategicMerge) -> Iterator[Finding]:
    """What cannot be merged; a part that is merged into the canary too is reported once."""
    for problem in {problem.pointer: problem for problem in merge.problems}.values():
        message = f"the patch of {_object_text(document)} cannot be merged: {problem.message}"
        yield model.finding(codes.BAD_PATCH, message, merge_pointer(index, problem.pointer), problem.help)


def _governed_findings(
    model: ResolvedModel,
    index: int,
    document: Object,
    merge: StrategicMerge,
    earlier_merges: Sequence[StrategicMerge],
    governed_values: GovernedValues,
) -> Iterator[Finding]:
    """A finding for each reason why a patch must not change a value, at the first such value."""
    reasons = set[str]()
    for change in merge.changes:
        for pointer, result in change.changed_pointers():
            governance = governed_values.governance_of(rendered_pointer(pointer, earlier_merges), result)
            if governance is not None and governance.message not in reasons:
                reasons.add(governance.message)
                message = f"the patch changes `{path_text(result)}` of {_object_text(document)}: {governance.message}"
                patch_pointer = merge_pointer(index, change.position.patch)
                yield model.finding(codes.GOVERNED_VALUE_PATCHED, message, patch_pointer, governance.remedy)


def rendered_pointer(pointer: Pointer | None, earlier_merges: Sequence[StrategicMerge]) -> Pointer | None:
    """Where a value was before earlier patches of the same object."""
    for merge in reversed(earlier_merges):
        pointer = None if pointer is None else merge.original_pointer(pointer)
    return pointer


def _removal_findings(
    model: ResolvedModel,
    index: int,
    targets: Sequence[tuple[int, int, Object]],
    removals: Mapping[Pointer, bool],
) -> Iterator[Finding]:
    """A finding for each part of a patch that removes nothing in any object."""
    objects = ", ".join(sorted({_object_text(document) for _, _, document in targets}))
    for pointer, has_removed in removals.items():
        if not has_removed:
            yield model.finding(
                codes.PATCH_WITHOUT_EFFECT,
                f"the patch of {objects} removes nothing at `{path_text(pointer)}`",
                merge_pointer(index, pointer),
                "correct the key or the name of the element, or remove this part of the patch",
                per_environment=True,
            )


def _no_effect_finding(model: ResolvedModel, index: int, targets: Sequence[tuple[int, int, Object]]) -> Finding:
    objects = ", ".join(sorted({_object_text(document) for _, _, document in targets}))
    return model.finding(
        codes.PATCH_WITHOUT_EFFECT,
        f"the patch of {objects} changes nothing",
        merge_pointer(index),
        "remove the patch, or its part for this environment: the objects are rendered as it wants them, or have nothing that it changes",
        per_environment=True,
    )


def _object_text(document: Object) -> str:
    return f"{document.get('kind')} {_object_name(document) or ''}".strip()
