"""Where a value came from: a resolved value to its layers, a line of an artifact to its source values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from compiler.diagnostics.built_in_codes import all_codes
from compiler.diagnostics.finding import Code, Location
from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import Json, Pointer, format_path, value_at, value_or_none
from compiler.foundation.provenance import Origin
from compiler.foundation.suggestions import closest_match, quote_list
from compiler.pipeline.patch_explanation import find_patched_file, patched_field_values, removing_patch
from compiler.pipeline.session import Session
from compiler.plan.planned_units import PlannedFile, PlannedUnit
from compiler.plan.planning import UnitFilter
from compiler.policy.policy_definition import Policy
from compiler.render.origin_locations import origin_location
from compiler.resolve.resolved_model import ResolvedModel
from compiler.source.yaml_parse import parse
from compiler.spec.field_reference import field_keys, field_reference
from compiler.spec.model_lookup import unknown_model_error

if TYPE_CHECKING:
    from compiler.render.patched_values import PatchedFile
    from compiler.render.template_engine import RenderedTemplate, SourceMap

_CODE_ID = re.compile(r"MY\d*", re.IGNORECASE)
_FAMILY_LENGTH = 3
"""The length of the part that codes of a family share, such as `MY1`."""
_MAX_LISTED_CODES = 8


@dataclass(frozen=True, slots=True)
class LayerValue:
    """One layer's value and its role: `set`, `merged` into a map, `overridden` by a stronger layer, `deleted`, or `patched` in a file."""

    role: str
    label: str
    value: Json
    location: Location | None


@dataclass(frozen=True, slots=True)
class ValueExplanation:
    """A value, its name, and what made it: layers, strongest first."""

    name: str
    value: Json
    layers: tuple[LayerValue, ...]


@dataclass(frozen=True, slots=True)
class ArtifactExplanation:
    """A value of an artifact: its path, the template that rendered it, and each spec value that it was computed from."""

    path: str
    pointer: Pointer
    value: Json
    template: Location
    sources: tuple[ValueExplanation, ...]


def find_policy(session: Session, subject: str) -> Policy | None:
    """The policy of that id, unless a model has the name."""
    if subject in session.portfolio.by_kind("Model"):
        return None
    matches = session.policy_engine.library.policies_named(subject)
    return matches[0] if len(matches) == 1 else None


def suggest_policy(session: Session, subject: str) -> str | None:
    """What to do about the name of a policy that its pack does not have; `None` where no pack has the name's first part."""
    library, pack = session.policy_engine.library, subject.partition("/")[0]
    suggestion = closest_match(subject, [candidate.id for candidate in library.policies_named(pack)])
    if not library.policies_named(pack):
        return None
    return f"did you mean `{suggestion}`?" if suggestion else f"`modelyard policy list` names those of `{pack}`"


def find_code(name: str) -> Code | None:
    """A built-in code by its id or its name."""
    return next(
        (candidate for candidate in all_codes() if name.lower() in {candidate.id.lower(), candidate.name}), None
    )


def unknown_code_error(name: str) -> UsageError | None:
    """The error for a word that looks like a code: it names the codes that begin like it; `None` for another word."""
    if not _CODE_ID.fullmatch(name):
        return None
    ids = [code.id for code in all_codes()]
    for length in range(len(name), _FAMILY_LENGTH - 1, -1):
        matches = [code for code in all_codes() if code.id.startswith(name[:length].upper())]
        if matches:
            listed_codes = ", ".join(f"{code.id} ({code.name})" for code in matches[:_MAX_LISTED_CODES])
            rest = " and others" if len(matches) > _MAX_LISTED_CODES else ""
            help_text = f"{name[:length].upper()}… are {listed_codes}{rest}; `modelyard explain --list` lists all"
            return UsageError(f"there is no code `{name}`", help=help_text)
    help_text = f"codes are between {ids[0]} and {ids[-1]}; `modelyard explain --list` lists all"
    return UsageError(f"there is no code `{name}`", help=help_text)


def explain_value(session: Session, subject: str, environments: Sequence[str]) -> tuple[ValueExplanation, ...]:
    """`MODEL` or `MODEL.field` in each requested environment; raises `UsageError` if there is no such model or field."""
    name, _, field = subject.partition(".")
    models = session.fleet.portfolio.by_kind("Model")
    if name not in models:
        code_name = closest_match(subject, [code.name for code in all_codes()])
        if code_name is not None and not session.portfolio.has_document("Model", name):
            raise UsageError(f"there is no model and no code `{subject}`", help=f"did you mean the code `{code_name}`?")
        raise unknown_model_error(session.portfolio, name)
    model_environments = [
        environment
        for environment in session.fleet.environments
        if environment in models[name].data.get("environments", {})
    ]
    selected_environments: Sequence[str | None] = [
        environment for environment in model_environments if not environments or environment in environments
    ] or ([] if environments else [None])
    if not selected_environments:
        raise UsageError(
            f"{name} does not run in {', '.join(environments)}",
            help=f"it runs in: {', '.join(model_environments) or 'no environment'}",
        )
    pointer = parse_pointer(field)
    return tuple(
        _with_patches(session, name, pointer, environment, _explain_in_environment(session, name, pointer, environment))
        for environment in selected_environments
    )


def _with_patches(
    session: Session, name: str, pointer: Pointer, environment: str | None, explanation: ValueExplanation
) -> ValueExplanation:
    """An explanation with the values in rendered objects that come from the field, and that patches replace."""
    patched = [
        LayerValue("patched", f"{path}: {format_path(change.pointer or ())}", change.value, location)
        for path, change, location in patched_field_values(session, name, environment, pointer)
    ]
    return replace(explanation, layers=(*patched, *explanation.layers))


def _explain_in_environment(session: Session, name: str, pointer: Pointer, environment: str | None) -> ValueExplanation:
    model, findings = session.fleet.resolve(name, environment)
    if model is None:
        first = next((finding.message for finding in findings), "")
        raise UsageError(f"the model `{name}` has errors: {first}", help="run `modelyard check` to see them all")
    title = f"{name}{f'.{format_path(pointer)}' if pointer else ''}" + (f" in {environment}" if environment else "")
    try:
        resolved_value = value_at(model.json, pointer)
    except (KeyError, IndexError, TypeError):
        if _layer_values(model, pointer):
            return ValueExplanation(title, None, _layer_values(model, pointer))
        written_value = _written_value(model, pointer)
        if written_value is not None:
            return ValueExplanation(title, written_value.value, (written_value,))
        raise _unset_error(model, pointer, title) from None
    return ValueExplanation(title, resolved_value, _layer_values(model, pointer))


def _written_value(model: ResolvedModel, pointer: Pointer) -> LayerValue | None:
    """The value of a field that layers do not merge: of the running release, or of the document itself."""
    release_pointers = ((*model.release.pointer, *pointer),) if model.release else ()
    document = model.spec.document
    for document_pointer in (*release_pointers, pointer):
        value = value_or_none(document.data, document_pointer)
        if value is not None:
            label = f"the release {model.release.version}" if model.release and model.release.pointer else "the model"
            return LayerValue("set", label, value, document.location(document_pointer))
    return None


def _unset_error(model: ResolvedModel, pointer: Pointer, title: str) -> UsageError:
    """The error for a field without a value: the language does not know it, or it does, and no layer sets it."""
    written_data = {**model.spec.document.data, **(model.release.json if model.release else {}), **model.json}
    for length, part in enumerate(pointer):
        parent = pointer[:length]
        known_keys = field_keys(parent)
        if value_or_none(written_data, pointer[: length + 1]) is not None:
            continue
        if isinstance(part, str) and known_keys and part not in known_keys:
            suggestion = closest_match(part, known_keys)
            return UsageError(
                f"`{format_path(pointer[: length + 1])}` is not a field of a model",
                help=f"did you mean `{suggestion}`?" if suggestion else f"use {quote_list(known_keys)}",
            )
        break
    return UsageError(f"no layer sets {title}", help=_setting_hint(model, pointer) or _path_hint(written_data, pointer))


def _setting_hint(model: ResolvedModel, pointer: Pointer) -> str:
    """How to set a field of the language; empty for another pointer."""
    field = field_reference(pointer)
    if field is None:
        return ""
    choices = f"one of {', '.join(field.choices)}" if field.choices else field.expected
    form = choices or (f"a map of {', '.join(field.keys)}" if field.keys else "")
    return f"add `{field.field}` to {model.spec.document.path} to set it{f': {form}' if form else ''}"


def _path_hint(data: Json, pointer: Pointer) -> str:
    node = data
    for part in pointer:
        keys = [str(key) for key in node] if isinstance(node, dict) else []
        if isinstance(node, dict) and part in node:
            node = node[str(part)]
            continue
        suggestion = closest_match(str(part), keys)
        return f"did you mean `{suggestion}`?" if suggestion else f"these are set: {', '.join(keys) or 'none'}"
    return ""


def _layer_values(model: ResolvedModel, pointer: Pointer) -> tuple[LayerValue, ...]:
    layer_values: list[LayerValue] = []
    has_winner = False
    for assignment in model.blame(pointer):
        is_merge = isinstance(assignment.value, dict) and not assignment.deletes
        role = "deleted" if assignment.deletes else "merged" if is_merge else "overridden" if has_winner else "set"
        has_winner = has_winner or not assignment.deletes
        location = assignment.layer.location(assignment.pointer)
        display_value = None if assignment.deletes else assignment.value
        layer_values.append(LayerValue(role, assignment.layer.label, display_value, location))
    return tuple(layer_values)


def parse_pointer(text: str) -> Pointer:
    """The pointer that people write: `deploy.secrets[0].name`, or as RFC 6901 writes it: `/deploy/secrets/0/name`."""
    if text.startswith("/"):
        parts = [part.replace("~1", "/").replace("~0", "~") for part in text[1:].split("/")]
        return tuple(int(part) if part.isdigit() else part for part in parts)
    tokens = re.findall(r"\[(\d+)\]|\['([^']*)'\]|\[\"([^\"]*)\"\]|([^.\[\]]+)", text)
    return tuple(int(index) if index else first or second or key for index, first, second, key in tokens)


def explain_artifact(session: Session, path: str, selector: str) -> tuple[ArtifactExplanation, ...]:
    """The value of an artifact that `selector` names: by a path of keys, or by a line number, which names every value on the line."""
    unit, planned_file = _find_planned_file(session, path)
    rendering = _render(session, planned_file)
    patched_file = find_patched_file(session, unit, planned_file)
    documents = patched_file.documents if patched_file else rendering.documents
    text = patched_file.text if patched_file else rendering.text
    index, pointers = _locate_values(planned_file, documents, text, selector, patched_file)
    source_map = rendering.source_map or {}
    explanations: list[ArtifactExplanation] = []
    for pointer in pointers:
        rendered_pointer = patched_file.rendered_pointer(index, pointer) if patched_file else pointer
        origins = [] if rendered_pointer is None else _nearby_origins(source_map, index, rendered_pointer)
        template = Location(f"{planned_file.emitter.folder}/{planned_file.rule.template}")
        patches = _patch_explanations(session, patched_file, index, pointer, template) if patched_file else ()
        source_values = tuple(_explain_origin(session, planned_file, origin) for origin in dict.fromkeys(origins))
        value = value_at(documents[index], pointer)
        explanations.append(
            ArtifactExplanation(planned_file.path, pointer, value, template, (*patches, *source_values))
        )
    return tuple(explanations)


def _nearby_origins(source_map: SourceMap, index: int, pointer: Pointer) -> list[Origin]:
    """The origins of a value, of those below it, and of those that contain it."""
    pointers = [key[1] for key in source_map if key[0] == index]
    below = [other for other in pointers if other[: len(pointer)] == pointer]
    above = [other for other in pointers if pointer[: len(other)] == other]
    return [origin for other in (*below, *above) for origin in source_map[index, other]]


def _patch_explanations(
    session: Session, patched_file: PatchedFile, index: int, pointer: Pointer, template: Location
) -> Iterator[ValueExplanation]:
    """What patches set at a value or below it, with what the template rendered there."""
    for change in patched_file.patched_values(index):
        if change.pointer is not None and change.pointer[: len(pointer)] == pointer:
            patch = _explain_origin(session, patched_file.file, Origin("model", change.patch_pointer))
            rendered = LayerValue("overridden", "the template", change.rendered_value, template)
            yield replace(patch, layers=(*patch.layers, rendered))


def _find_planned_file(session: Session, path: str) -> tuple[PlannedUnit, PlannedFile]:
    """The planned file whose path is the end of `path`: searched among the files of the models that it names, then among all."""
    parts = path.split("/")
    models = {part for part in parts if part in session.portfolio.by_kind("Model")}
    files_by_path: dict[str, tuple[PlannedUnit, PlannedFile]] = {}
    for model_filter in (models, set()) if models else (set(),):
        files_by_path = {
            file.path: (unit, file)
            for unit in session.plan_units(_scope_of_path(parts, model_filter))
            for file in unit.files
        }
        for start in range(len(parts)):
            if "/".join(parts[start:]) in files_by_path:
                return files_by_path["/".join(parts[start:])]
    suggestion = closest_match(path, files_by_path)
    raise UsageError(
        f"no emitter makes {path}",
        help=f"did you mean {suggestion}?" if suggestion else "`modelyard build` lists what is made",
    )


def _scope_of_path(parts: Sequence[str], models: set[str]) -> UnitFilter:
    """Includes the units that can contain the file: only those of the environments and models that the path names, if it names any."""

    def in_scope(model: str, environment: str) -> bool:
        if environment and environment not in parts:
            return False
        return model in models if models else not environment or not model or model in parts

    return in_scope


def _render(session: Session, planned_file: PlannedFile) -> RenderedTemplate:
    render_result = session.render_stage.renderer.render_with_source_map(planned_file)
    if isinstance(render_result, tuple):
        raise UsageError(
            f"{planned_file.path} cannot be rendered: {render_result[0].message}",
            help="run `modelyard build` to see all findings",
        )
    if not render_result.documents:
        raise UsageError(f"{planned_file.path} is text", help="select a value of a YAML or JSON file")
    return render_result


def _locate_values(
    planned_file: PlannedFile,
    documents: Sequence[Json],
    text: str,
    selector: str,
    patched_file: PatchedFile | None,
) -> tuple[int, list[Pointer]]:
    """The index of a document, and the pointers of the values in it."""
    if not selector.isdigit():
        pointer = parse_pointer(selector)
        for index, tree in enumerate(documents):
            try:
                value_at(tree, pointer)
            except (KeyError, IndexError, TypeError):
                continue
            return index, [pointer]
        message = f"{planned_file.path} has no {selector}"
        removal = removing_patch(patched_file, pointer) if patched_file else None
        raise UsageError(
            f"{message}: a patch removes it" if removal else message,
            help=removal or _path_hint(documents[0], pointer) or None,
        )
    for document in parse(text, planned_file.path).documents:
        lines = [
            pointer for pointer in _leaf_pointers(document.data) if document.location(pointer).line == int(selector)
        ]
        if lines:
            return document.index, lines
    raise UsageError(
        f"line {selector} of {planned_file.path} holds no value",
        help="name a line with a value, or a pointer such as :spec.template",
    )


def _leaf_pointers(data: Json, pointer: Pointer = ()) -> Iterator[Pointer]:
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    is_leaf = True
    for part, child in children:
        is_leaf = False
        yield from _leaf_pointers(child, (*pointer, part))
    if is_leaf:
        yield pointer


def _explain_origin(session: Session, planned_file: PlannedFile, origin: Origin) -> ValueExplanation:
    model = planned_file.model
    if origin.root == "model" and model is not None:
        environment = model.environment.name if model.environment else None
        title = f"{model.name}.{format_path(origin.pointer)}" + (f" in {environment}" if environment else "")
        layer_values = _layer_values(model, origin.pointer)
        if origin.pointer == ("release",) and not layer_values and model.release is not None:
            only_release = LayerValue(
                "set", "the only release", model.release.version, model.spec.document.location(model.release.pointer)
            )
            return ValueExplanation(title, model.release.version, (only_release,))
        return ValueExplanation(title, value_or_none(model.json, origin.pointer), layer_values)
    location, origin_value = origin_location(session.fleet, planned_file, origin)
    label = location.path if location else origin.root
    return ValueExplanation(
        str(origin), origin_value, (LayerValue("set", label, origin_value, location),) if location else ()
    )
