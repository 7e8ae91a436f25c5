"""One model and one environment to what holds there, or to what is wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Subject
from compiler.foundation.json_data import Json, Object, Pointer, as_list, as_object, as_str, at, dotted, identical
from compiler.json_schema import Violation
from compiler.resolve.layers import Layer, Layers
from compiler.resolve.merge import deletions, merge
from compiler.resolve.normalise import Mistakes, Normaliser
from compiler.resolve.releases import chosen, chosen_canary, read_release
from compiler.resolve.resolved_model import Merged, Release, ResolvedModel
from compiler.source.tree import Tree
from compiler.spec.language import Language, TypeLanguage, matches
from compiler.spec.portfolio import Portfolio, Spec, release_contents

_DRAFTS = 64


class Resolver:
    """Merges, checks and completes models; holds what they have in common."""

    def __init__(self, portfolio: Portfolio, language: Language, tree: Tree, layers: Layers) -> None:
        self._portfolio = portfolio
        self._language = language
        self._tree = tree
        self._layers = layers
        self._normalisers: dict[str, Normaliser] = {}
        self._drafts: dict[str, _Draft] = {}

    @cached_property
    def users_by_text(self) -> Mapping[str, tuple[str, ...]]:
        """Model to the models whose layers could say that they use it: an index, so that nobody scans all models for each."""
        found: dict[str, set[str]] = {}
        for name, spec in self._portfolio.of("Model").items():
            for use in self._uses(spec):
                found.setdefault(as_str(as_object(use).get("model")), set()).add(name)
            marks = self._language.type(spec.text("type")).asked
            contents = release_contents(spec.data).values() if marks else ()
            for content, mark in ((content, mark) for content in contents for mark in marks):
                for _, asked in matches(content, mark.pointer):
                    found.setdefault(as_str(asked), set()).add(name)
        return {used: tuple(sorted(users)) for used, users in found.items()}

    def _uses(self, spec: Spec) -> Iterator[Json]:
        """What any layer of a model says of whom it uses."""
        places, entries = self._portfolio.of("Environment"), as_object(spec.data.get("environments"))
        layers = list(self._layers.below(spec).layers)
        if self._places_say_uses or any("uses" in as_object(entry) for entry in entries.values()):
            layers += [layer for name in entries if name in places for layer in self._layers.specific(spec, places[name])]
        for said in (spec.data, *(layer.data for layer in layers)):
            yield from as_list(said.get("uses"))

    @cached_property
    def _places_say_uses(self) -> bool:
        """Whether anybody but models themselves says for an environment whom models use."""
        said = [as_object(spec.data.get("overlay")) for spec in self._portfolio.of("Environment").values()]
        for defaults in self._portfolio.defaults.values():
            said += map(as_object, as_object(defaults.data.get("environments")).values())
        return any("uses" in one for one in said)

    def resolve(self, spec: Spec, environment: str | None) -> tuple[ResolvedModel | None, tuple[Finding, ...]]:
        """The resolved model; `None`, with mandatory findings, where it does not hold together."""
        place = self._portfolio.of("Environment")[environment] if environment else None
        language = self._language.type(spec.text("type"))
        draft = self._drafted(spec, language)
        specific = self._layers.specific(spec, place) if place else ()
        laid = self._laid(draft, specific, language)
        merged = Merged(spec, place, laid.data, (*draft.layers, *specific), len(draft.layers), language.rules)
        release, canary, findings = self._releases(merged, draft)
        data, violations = laid.judged(release.version if release else None, language)
        resolved = ResolvedModel(
            spec, place, data, merged.layers, merged.general, language.rules, release, canary,
            runtime_fields=language.runtime_fields, governance_fields=language.governance_fields,
        )  # fmt: skip
        findings += [merged.finding(codes.BAD_VALUE, f"{dotted(where)}: {said}", where) for where, said in laid.mistakes]
        findings += map(resolved.complaint, violations)
        missing = {(*violation.pointer, violation.missing) for violation in violations}
        idle = (*draft.idle, *_idle(draft.data, specific, language, spec))
        findings += [_without_effect(layer, spec, where) for layer, where in idle if where not in missing]
        is_sound = not any(finding.mandatory for finding in findings)
        return (resolved if is_sound else None), tuple(findings)

    def _drafted(self, spec: Spec, language: TypeLanguage) -> "_Draft":
        """What holds in every environment; kept for a few models, whose environments come one after the other."""
        known = self._drafts.get(spec.name)
        if known is not None:
            return known
        below, own = self._layers.below(spec), self._layers.own(spec)
        data, idle = merge(below.data, own.data, language.rules), _idle(below.data, (own,), language, spec)
        draft = self._drafts[spec.name] = _Draft(spec, (*below.layers, own), data, idle)
        if len(self._drafts) > _DRAFTS:
            del self._drafts[next(iter(self._drafts))]
        return draft

    def _laid(self, draft: "_Draft", specific: tuple[Layer, ...], language: TypeLanguage) -> "_Laid":
        """The specific layers laid over the draft; environments whose layers say the same share what comes of it."""
        said = [layer.data for layer in specific]
        known = next((laid for laid in draft.laid if identical(laid.said, said)), None)
        if known is not None:
            return known
        data = draft.data
        for over in said:
            data = merge(data, over, language.rules)
        laid = _Laid(said, *self._normaliser(draft.spec.text("type"))(data))
        draft.laid.append(laid)
        return laid

    def _normaliser(self, name: str) -> Normaliser:
        if name not in self._normalisers:
            self._normalisers[name] = Normaliser(self._language.type(name).quantities)
        return self._normalisers[name]

    def _releases(self, merged: Merged, draft: "_Draft") -> tuple[Release | None, Release | None, list[Finding]]:
        if merged.environment is None:
            return None, None, []
        version, findings = chosen(merged, merged.environment.name)
        canary_version, canary_findings = chosen_canary(merged, version)
        release, files = self._release(draft, version) if version else (None, [])
        canary, canary_files = self._release(draft, canary_version) if canary_version else (None, [])
        return release, canary, [*findings, *canary_findings, *files, *canary_files]

    def _release(self, draft: "_Draft", version: str) -> tuple[Release, list[Finding]]:
        beside = self._language.type(draft.spec.text("type")).beside
        if version not in draft.releases:
            draft.releases[version] = read_release(self._tree, draft.spec, version, beside)
        return draft.releases[version]


@dataclass(frozen=True)
class _Laid:
    """What is left of a draft below the layers of an environment: the data, and what is wrong with its quantities."""

    said: list[Object]
    data: Object
    mistakes: Mistakes
    _judged: dict[str | None, tuple[Object, tuple[Violation, ...]]] = field(default_factory=dict)

    def judged(self, version: str | None, language: TypeLanguage) -> tuple[Object, tuple[Violation, ...]]:
        """The data with the release that runs, and what its schema finds wrong with it."""
        if version not in self._judged:
            data = self.data if version is None else {**self.data, "release": version}
            self._judged[version] = data, language.whole.violations(data)
        return self._judged[version]


@dataclass(frozen=True)
class _Draft:
    """A model's general layers merged, what environments make of them, and the releases of it that were read."""

    spec: Spec
    layers: tuple[Layer, ...]
    data: Object
    idle: tuple[tuple[Layer, Pointer], ...]
    laid: list[_Laid] = field(default_factory=list)
    releases: dict[str, tuple[Release, list[Finding]]] = field(default_factory=dict)


def _idle(
    data: Object, layers: tuple[Layer, ...], language: TypeLanguage, spec: Spec
) -> tuple[tuple[Layer, Pointer], ...]:
    """What the model's own layers, laid over the data, delete that is not there."""
    rules = language.rules
    deleted = [tuple(deletions(layer.data, rules)) if layer.document is spec.document else () for layer in layers]
    idle: list[tuple[Layer, Pointer]] = []
    for layer, pointers in zip(layers, deleted, strict=True) if any(deleted) else ():
        idle += [(layer, pointer) for pointer in pointers if not _is_there(data, layer, language, pointer)]
        data = merge(data, layer.data, rules)
    return tuple(idle)


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


def _without_effect(layer: Layer, spec: Spec, pointer: Pointer) -> Finding:
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
