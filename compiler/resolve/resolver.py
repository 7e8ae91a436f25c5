"""Resolves a model in an environment, or reports why that is impossible."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import cast

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Subject
from compiler.foundation.json_data import (
    Json,
    Object,
    Pointer,
    format_path,
    strictly_equal,
    value_at,
)
from compiler.json_schema.violation import SchemaViolation
from compiler.resolve.layers import Layer, Layers
from compiler.resolve.merge import deletions, merge
from compiler.resolve.normalise import Normaliser, QuantityErrors
from compiler.resolve.releases import read_release, selected_canary, selected_version
from compiler.resolve.resolved_model import MergedModel, Release, ResolvedModel
from compiler.source.tree import Tree
from compiler.spec.data_types import ModelData
from compiler.spec.language import Language, TypeLanguage, iter_strings, may_match
from compiler.spec.merge_rules import ANY_KEY
from compiler.spec.portfolio import EnvironmentSpec, InvalidModel, ModelSpec, Portfolio

_MAX_BASE_MERGES = 64


class Resolver:
    """Merges, validates and completes models; caches what they share."""

    def __init__(self, portfolio: Portfolio, language: Language, tree: Tree, layers: Layers) -> None:
        self._portfolio = portfolio
        self._language = language
        self._tree = tree
        self._layers = layers
        self._normalisers: dict[str, Normaliser] = {}
        self._base_merges: dict[str, _BaseMerge] = {}

    def remembers(self, name: str) -> bool:
        """Whether parts of a model are remembered, so that resolving it again would not read them."""
        return name in self._base_merges

    @cached_property
    def dependents_index(self) -> Mapping[str, tuple[str, ...]]:
        """Model to the models whose layers may use it: an index that avoids scanning all models for each."""
        dependents: dict[str, set[str]] = {}
        for name, spec in self._portfolio.by_kind("Model").items():
            for model_name in (*spec.header.used_models, *self._models_used_around(spec)):
                dependents.setdefault(model_name, set()).add(name)
        return {dependency: tuple(sorted(names)) for dependency, names in dependents.items()}

    def _models_used_around(self, spec: ModelSpec) -> Iterator[str]:
        """The models that `uses` names in a layer of a model that is not in the model's own document."""
        yield from _used_models(self._layers.written_shared_layers(spec))
        if self._has_environment_uses:
            environments = self._portfolio.by_kind("Environment")
            for name in spec.header.environments:
                if name in environments:
                    yield from _used_models(
                        self._layers.shared_environment_layers(spec.document.path, environments[name])
                    )

    @cached_property
    def _has_environment_uses(self) -> bool:
        """Whether a layer other than a model's own sets `uses` for an environment."""
        if any("uses" in spec.data.get("overlay", {}) for spec in self._portfolio.by_kind("Environment").values()):
            return True
        entries = [defaults.data.get("environments", {}) for defaults in self._portfolio.defaults.values()]
        return any("uses" in layer for layers in entries for layer in layers.values())

    def resolve(self, spec: ModelSpec, environment: str | None) -> tuple[ResolvedModel | None, tuple[Finding, ...]]:
        """The resolved model; `None`, with blocking findings, if it is invalid."""
        environment_spec = self._portfolio.by_kind("Environment")[environment] if environment else None
        language = self._language.type_language(spec.data["type"])
        merged_model, base_merge, overlay_merge = self._merge(spec, environment_spec, language)
        release, canary, findings = self._select_releases(merged_model, base_merge)
        data, violations = overlay_merge.validate(release.version if release else None, language)
        findings += [
            merged_model.finding(codes.BAD_VALUE, f"{format_path(pointer)}: {error}", pointer, error.help)
            for pointer, error in overlay_merge.quantity_errors
        ]
        if violations:
            findings += map(replace(merged_model, json=data).schema_finding, violations)
        missing_pointers = {(*violation.pointer, violation.missing_key) for violation in violations}
        unused_deletions = (
            *base_merge.unused_deletions,
            *_find_unused_deletions(base_merge.data, merged_model.layers[len(base_merge.layers) :], language, spec),
        )
        findings += [
            _unused_deletion_finding(layer, spec, pointer)
            for layer, pointer in unused_deletions
            if pointer not in missing_pointers
        ]
        if any(finding.is_blocking for finding in findings):
            return None, tuple(findings)
        return _resolved_model(merged_model, data, release, canary, language), tuple(findings)

    def missing_keys(self, model: InvalidModel, environment: EnvironmentSpec | None) -> Iterator[Finding]:
        """The keys that no layer of an invalid model sets, not even with a value that the schema rejects."""
        spec = model.spec
        language = self._language.type_language(spec.data["type"])
        merged_model, _, overlay_merge = self._merge(spec, environment, language)
        for violation in overlay_merge.validate(None, language)[1]:
            if violation.missing_key is None:
                continue
            pointer = (*violation.pointer, violation.missing_key)
            if pointer not in model.renamed_keys and not _has_value(model.written, pointer):
                yield merged_model.schema_finding(violation)

    def _merge(
        self, spec: ModelSpec, environment: EnvironmentSpec | None, language: TypeLanguage
    ) -> tuple[MergedModel, "_BaseMerge", "_OverlayMerge"]:
        base_merge = self._merge_base(spec, language)
        environment_layers = self._layers.environment_layers(spec, environment) if environment else ()
        overlay_merge = self._merge_overlays(base_merge, environment_layers, language)
        layers = (*base_merge.layers, *environment_layers)
        merged_model = MergedModel(
            spec, environment, overlay_merge.data, layers, len(base_merge.layers), language.merge_rules
        )
        return merged_model, base_merge, overlay_merge

    def _merge_base(self, spec: ModelSpec, language: TypeLanguage) -> "_BaseMerge":
        """The base merge; cached for a few models, because the environments of a model are resolved one after the other."""
        cached_merge = self._base_merges.get(spec.name)
        if cached_merge is not None:
            return cached_merge
        shared_base, model_layer = self._layers.shared_base(spec), self._layers.model_layer(spec)
        data, unused_deletions = (
            merge(shared_base.data, model_layer.data, language.merge_rules),
            _find_unused_deletions(shared_base.data, (model_layer,), language, spec),
        )
        base_merge = self._base_merges[spec.name] = _BaseMerge(
            spec, (*shared_base.layers, model_layer), data, unused_deletions
        )
        if len(self._base_merges) > _MAX_BASE_MERGES:
            del self._base_merges[next(iter(self._base_merges))]
        return base_merge

    def _merge_overlays(
        self, base_merge: "_BaseMerge", environment_layers: tuple[Layer, ...], language: TypeLanguage
    ) -> "_OverlayMerge":
        """The base merge with the layers of an environment; environments with equal layers share the result."""
        overlays = [layer.data for layer in environment_layers]
        cached_merge = next(
            (
                overlay_merge
                for overlay_merge in base_merge.overlay_merges
                if strictly_equal(overlay_merge.overlays, overlays)
            ),
            None,
        )
        if cached_merge is not None:
            return cached_merge
        data = base_merge.data
        for overlay in overlays:
            data = merge(data, overlay, language.merge_rules)
        overlay_merge = _OverlayMerge(overlays, *self._normaliser(base_merge.spec.data["type"])(data))
        base_merge.overlay_merges.append(overlay_merge)
        return overlay_merge

    def _normaliser(self, name: str) -> Normaliser:
        if name not in self._normalisers:
            self._normalisers[name] = Normaliser(self._language.type_language(name).quantities)
        return self._normalisers[name]

    def _select_releases(
        self, merged_model: MergedModel, base_merge: "_BaseMerge"
    ) -> tuple[Release | None, Release | None, list[Finding]]:
        if merged_model.environment is None:
            return None, None, []
        version, findings = selected_version(merged_model, merged_model.environment.name)
        canary_version, canary_findings = selected_canary(merged_model, version)
        release, file_findings = self._read_release(base_merge, version) if version else (None, [])
        canary, canary_file_findings = self._read_release(base_merge, canary_version) if canary_version else (None, [])
        return release, canary, [*findings, *canary_findings, *file_findings, *canary_file_findings]

    def _read_release(self, base_merge: "_BaseMerge", version: str) -> tuple[Release, list[Finding]]:
        companion_annotations = self._language.type_language(base_merge.spec.data["type"]).companion_files
        if version not in base_merge.releases:
            base_merge.releases[version] = read_release(self._tree, base_merge.spec, version, companion_annotations)
        return base_merge.releases[version]


def _used_models(layers: Iterable[Layer]) -> Iterator[str]:
    """The models that `uses` names in layers."""
    for layer in layers:
        if "uses" in layer.data:
            yield from (name for _, name in iter_strings(layer.data, ("uses", ANY_KEY, "model")))


def _resolved_model(
    merged_model: MergedModel, data: Object, release: Release | None, canary: Release | None, language: TypeLanguage
) -> ResolvedModel:
    return ResolvedModel(
        merged_model.spec,
        merged_model.environment,
        data,
        merged_model.layers,
        merged_model.base_layer_count,
        merged_model.rules,
        cast("ModelData", data),  # the schema of its type accepted it
        release,
        canary,
        language.runtime_fields,
        language.governance_fields,
    )


@dataclass(frozen=True)
class _OverlayMerge:
    """A base merge with the layers of an environment applied: the data, and findings about its quantities."""

    overlays: list[Object]
    data: Object
    quantity_errors: QuantityErrors
    _validations: dict[str | None, tuple[Object, tuple[SchemaViolation, ...]]] = field(default_factory=dict)

    def validate(self, version: str | None, language: TypeLanguage) -> tuple[Object, tuple[SchemaViolation, ...]]:
        """The data with the running release, and its schema violations."""
        if version not in self._validations:
            data = self.data if version is None else {**self.data, "release": version}
            self._validations[version] = data, language.resolved_validator.violations(data)
        return self._validations[version]


@dataclass(frozen=True)
class _BaseMerge:
    """The merged base layers of a model, the overlays of its environments, and the releases read so far."""

    spec: ModelSpec
    layers: tuple[Layer, ...]
    data: Object
    unused_deletions: tuple[tuple[Layer, Pointer], ...]
    overlay_merges: list[_OverlayMerge] = field(default_factory=list)
    releases: dict[str, tuple[Release, list[Finding]]] = field(default_factory=dict)


def _has_value(data: Json, pointer: Pointer) -> bool:
    try:
        value_at(data, pointer)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _find_unused_deletions(
    data: Object, layers: tuple[Layer, ...], language: TypeLanguage, spec: ModelSpec
) -> tuple[tuple[Layer, Pointer], ...]:
    """The deletions in the model's own layers that delete nothing."""
    rules = language.merge_rules
    deletion_pointers = [
        tuple(deletions(layer.data, rules)) if layer.document is spec.document else () for layer in layers
    ]
    unused_deletions: list[tuple[Layer, Pointer]] = []
    for layer, pointers in zip(layers, deletion_pointers, strict=True) if any(deletion_pointers) else ():
        unused_deletions += [
            (layer, pointer) for pointer in pointers if not _has_deletion_target(data, layer, language, pointer)
        ]
        data = merge(data, layer.data, rules)
    return tuple(unused_deletions)


def _has_deletion_target(data: Object, layer: Layer, language: TypeLanguage, pointer: Pointer) -> bool:
    """Whether a deletion finds its target in the data below; elements of keyed lists match by key."""
    base_value: Json = data
    layer_value: Json = layer.data
    rules = language.merge_rules
    for part in pointer:
        if part == "$delete":
            return True
        layer_value = value_at(layer_value, (part,))
        if isinstance(part, int):
            key_value = rules.identity(layer_value)
            elements = base_value if isinstance(base_value, list) else ()
            base_value = next((element for element in elements if rules.identity(element) == key_value), None)
        else:
            base_value = base_value.get(part) if isinstance(base_value, dict) else None
        rules = rules.child(part if isinstance(part, str) else "*")
        if base_value is None:
            return False
    return True


def _unused_deletion_finding(layer: Layer, spec: ModelSpec, pointer: Pointer) -> Finding:
    document_pointer = (*layer.pointer, *pointer)
    deleted_pointer = pointer[:-1] if pointer and pointer[-1] == "$delete" else pointer
    return Finding(
        codes.MATCHES_NOTHING,
        f"{format_path(deleted_pointer)} is deleted here, but no lower layer sets it",
        spec.document.location(document_pointer),
        Subject("Model", spec.name, None, document_pointer),
        "remove the deletion, or correct the name",
    )


def references(model: ResolvedModel, language: TypeLanguage) -> Iterator[tuple[str, str, Pointer, Release | None]]:
    """Every reference of a resolved model: kind, name, and the pointer into the model or one of its releases."""
    for annotation in language.references:
        if not may_match(model.json, annotation.pointer):
            continue
        for pointer, name in iter_strings(model.json, annotation.pointer):
            yield annotation.value, name, pointer, None
    for release in filter(None, (model.release, model.canary)):
        for annotation in language.release_references:
            for pointer, name in iter_strings(release.json, annotation.pointer):
                yield annotation.value, name, pointer, release
