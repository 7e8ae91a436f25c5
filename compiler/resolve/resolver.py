"""One model and one environment to what holds there, or to what is wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from compiler import codes
from compiler.diagnostics import Finding, Subject
from compiler.resolve.layers import Layer, Layers
from compiler.resolve.merge import deletions, merge
from compiler.resolve.model import Merged, Release, ResolvedModel
from compiler.resolve.normalise import Normaliser
from compiler.resolve.releases import chosen, chosen_canary, read_release
from compiler.source.tree import Tree
from compiler.spec.language import Language, TypeLanguage, matches
from compiler.spec.portfolio import Portfolio, Spec, release_contents
from compiler.values import Json, Object, Pointer, as_list, as_object, as_str, at, dotted


class Resolver:
    """Merges, checks and completes models; holds what they have in common."""

    def __init__(self, portfolio: Portfolio, language: Language, tree: Tree, layers: Layers) -> None:
        self._portfolio = portfolio
        self._language = language
        self._tree = tree
        self._layers = layers
        self._normalisers: dict[str, Normaliser] = {}
        self._draft: _Draft | None = None

    @cached_property
    def users_by_text(self) -> Mapping[str, tuple[str, ...]]:
        """Model to the models whose layers could say that they use it: an index, so that nobody scans all models for each."""
        found: dict[str, set[str]] = {}
        for name, spec in self._portfolio.of("Model").items():
            layers = [*self._layers.general(spec)]
            for environment in as_object(spec.data.get("environments")):
                if environment in self._portfolio.of("Environment"):
                    layers += self._layers.specific(spec, self._portfolio.of("Environment")[environment])
            for layer in layers:
                for use in as_list(layer.data.get("uses")):
                    found.setdefault(as_str(as_object(use).get("model")), set()).add(name)
            marks = self._language.type(spec.text("type")).asked
            contents = release_contents(spec.data).values() if marks else ()
            for content, mark in ((content, mark) for content in contents for mark in marks):
                for _, asked in matches(content, mark.pointer):
                    found.setdefault(as_str(asked), set()).add(name)
        return {used: tuple(sorted(users)) for used, users in found.items()}

    def resolve(self, spec: Spec, environment: str | None) -> tuple[ResolvedModel | None, tuple[Finding, ...]]:
        """The resolved model; `None`, with mandatory findings, where it does not hold together."""
        place = self._portfolio.of("Environment")[environment] if environment else None
        language = self._language.type(spec.text("type"))
        draft = self._drafted(spec, language)
        specific = self._layers.specific(spec, place) if place else ()
        data, idle = _merged(draft.data, specific, language, spec)
        data, mistakes = self._normaliser(spec.text("type"))(data)
        merged = Merged(spec, place, data, (*draft.layers, *specific), len(draft.layers), language.rules)
        release, canary, findings = self._releases(merged)
        if release is not None:
            data = {**data, "release": release.version}
        resolved = ResolvedModel(
            spec, place, data, merged.layers, merged.general, language.rules, release, canary,
            runtime_fields=language.runtime_fields, governance_fields=language.governance_fields,
        )  # fmt: skip
        findings += [merged.finding(codes.BAD_VALUE, f"{dotted(where)}: {said}", where) for where, said in mistakes]
        violations = () if language.whole.is_valid(data) else language.whole.violations(data)
        findings += map(resolved.complaint, violations)
        missing = {(*violation.pointer, violation.missing) for violation in violations}
        findings += [_idle(layer, spec, where) for layer, where in (*draft.idle, *idle) if where not in missing]
        is_sound = not any(finding.mandatory for finding in findings)
        return (resolved if is_sound else None), tuple(findings)

    def _drafted(self, spec: Spec, language: TypeLanguage) -> "_Draft":
        """What holds in every environment; kept for the model at hand, whose environments come one after the other."""
        if self._draft is None or self._draft.spec is not spec:
            layers = self._layers.general(spec)
            data, idle = _merged({}, layers, language, spec)
            self._draft = _Draft(spec, layers, data, idle, {})
        return self._draft

    def _normaliser(self, name: str) -> Normaliser:
        if name not in self._normalisers:
            self._normalisers[name] = Normaliser(self._language.type(name).quantities)
        return self._normalisers[name]

    def _releases(self, merged: Merged) -> tuple[Release | None, Release | None, list[Finding]]:
        if merged.environment is None:
            return None, None, []
        spec = merged.spec
        version, findings = chosen(merged, merged.environment.name)
        canary_version, canary_findings = chosen_canary(merged, version)
        release, files = self._release(spec, version) if version else (None, [])
        canary, canary_files = self._release(spec, canary_version) if canary_version else (None, [])
        return release, canary, [*findings, *canary_findings, *files, *canary_files]

    def _release(self, spec: Spec, version: str) -> tuple[Release, list[Finding]]:
        beside = self._language.type(spec.text("type")).beside
        known = self._draft.releases if self._draft and self._draft.spec is spec else {}
        if version not in known:
            known[version] = read_release(self._tree, spec, version, beside)
        return known[version]


@dataclass(frozen=True)
class _Draft:
    """A model's general layers merged, and the releases of it that were read."""

    spec: Spec
    layers: tuple[Layer, ...]
    data: Object
    idle: list[tuple[Layer, Pointer]]
    releases: dict[str, tuple[Release, list[Finding]]]


def _merged(
    data: Object, layers: tuple[Layer, ...], language: TypeLanguage, spec: Spec
) -> tuple[Object, list[tuple[Layer, Pointer]]]:
    """The layers laid over the data, and what the model's own ones delete that is not there."""
    idle: list[tuple[Layer, Pointer]] = []
    for layer in layers:
        if layer.document is spec.document:
            idle += [
                (layer, pointer)
                for pointer in deletions(layer.data, language.rules)
                if not _is_there(data, layer, language, pointer)
            ]
        data = merge(data, layer.data, language.rules)
    return data, idle


def _is_there(data: Object, layer: Layer, language: TypeLanguage, pointer: Pointer) -> bool:
    """Whether what a layer deletes stands in what it is laid over; elements of keyed lists are met by their key."""
    here: Json = data
    said: Json = layer.data
    rules = language.rules
    for part in pointer:
        if part == "$delete":
            return True
        said = at(said, (part,))
        if isinstance(part, int):
            key = rules.list_by or ""
            wanted = as_object(said).get(key)
            here = next((element for element in as_list(here) if as_object(element).get(key) == wanted), None)
        else:
            here = as_object(here).get(part)
        rules = rules.child(part if isinstance(part, str) else "*")
        if here is None:
            return False
    return True


def _idle(layer: Layer, spec: Spec, pointer: Pointer) -> Finding:
    written = (*layer.pointer, *pointer)
    what = pointer[:-1] if pointer and pointer[-1] == "$delete" else pointer
    return Finding(
        codes.MATCHES_NOTHING,
        f"{dotted(what)} is deleted here, and no layer below sets it",
        spec.document.place(written),
        Subject("Model", spec.name, None, written),
        "remove the deletion, or correct the name",
    )


def references(resolved: ResolvedModel, language: TypeLanguage) -> Iterator[tuple[str, str, Pointer, Release | None]]:
    """Every name that a resolved model refers to: kind, name, and the pointer into the model or into a release of it."""
    for mark in language.references:
        for pointer, name in matches(resolved.data, mark.pointer):
            yield mark.value, as_str(name), pointer, None
    for release in (resolved.release, resolved.canary):
        for mark in language.release_references if release else ():
            for pointer, name in matches(release.content if release else {}, mark.pointer):
                yield mark.value, as_str(name), pointer, release
