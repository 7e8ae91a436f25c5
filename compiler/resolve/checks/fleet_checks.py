"""What is wrong with a fleet as a whole: layers, names, places, promises. A tuple of checks, each a function of the fleet."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note, Place, Subject
from compiler.foundation.json_data import Pointer, as_list, as_object, as_str, at, dotted
from compiler.foundation.suggestions import nearest
from compiler.json_schema import Violation
from compiler.resolve.checks.delivery_checks import check_deliveries
from compiler.resolve.checks.model_checks import Check, check_models
from compiler.resolve.checks.release_checks import check_releases
from compiler.resolve.fleet import Fleet, Only, judged, promotions
from compiler.resolve.lifecycle import ALL_STAGES
from compiler.resolve.merge import repetitions
from compiler.spec.language import matches
from compiler.spec.portfolio import Spec
from compiler.spec.schema_findings import complaint


def check(fleet: Fleet, also: Check, only: Only = None) -> Iterator[Finding]:
    """Every finding of the fleet, and what `also` says of each model where it runs; a model below a broken layer is not judged.

    `only`: the models that are judged, all where it is `None`.
    """
    if only is not None and fleet.may_hold_circles:
        only = None  # which of several models in a circle is told of depends on all
    unsound: set[tuple[str, int]] = set()
    for spec, finding in _layers(fleet, only):
        unsound.add((spec.document.path, spec.document.index))
        yield finding
    for one in CHECKS:
        yield from one(fleet, only)
    yield from check_models(fleet, frozenset(unsound), also, only)


def _layers(fleet: Fleet, only: Only) -> Iterator[tuple[Spec, Finding]]:
    """Each layer alone, against the language of every type of model that it holds for."""
    for spec, pointer, types in _parts(fleet, only):
        data = at(spec.data, pointer)
        # A Model's own layers, and what Defaults say in general, were checked with their documents.
        checked = spec.kind == "Model" or not pointer
        violations = () if checked else _violations(fleet, spec, pointer, types)
        for violation in violations:
            yield spec, complaint(violation, spec.document, spec.subject, below=pointer)
        if types and not violations:
            for repeated in repetitions(data, fleet.language.type(min(types)).rules):
                yield spec, _repeated(spec, (*pointer, *repeated))


def _parts(fleet: Fleet, only: Only) -> Iterator[tuple[Spec, Pointer, set[str]]]:
    """Every layer of the fleet by document and pointer, with the types of model that it holds for."""
    portfolio = fleet.portfolio
    models = portfolio.of("Model").values()
    everywhere = {model.text("type") for model in models}
    if "defaults" in portfolio.project.data:
        yield portfolio.project, ("defaults",), everywhere
    for key in as_object(portfolio.project.data.get("types")):
        yield portfolio.project, ("types", key), {key} & everywhere
    for environment in portfolio.of("Environment").values():
        if "overlay" in environment.data:
            yield environment, ("overlay",), everywhere
    for folder, defaults in portfolio.defaults.items():
        below = {model.text("type") for model in portfolio.models_below.get(folder, ())}
        yield from _own_parts(defaults, below)
        for key in as_object(defaults.data.get("types")):
            yield defaults, ("types", key), {key} & below
    for model in judged(fleet, only):
        yield from _own_parts(model, {model.text("type")})


def _own_parts(spec: Spec, types: set[str]) -> Iterator[tuple[Spec, Pointer, set[str]]]:
    yield spec, (), types
    for key in as_object(spec.data.get("environments")):
        yield spec, ("environments", key), types


def _violations(fleet: Fleet, spec: Spec, pointer: Pointer, types: Iterable[str]) -> Sequence[Violation]:
    """What the first type that refuses the layer says of it."""
    data = at(spec.data, pointer)

    def spelling(below: Pointer) -> str | None:
        return spec.document.spelling((*pointer, *below))

    refused = (fleet.language.type(name).layer.violations(data, spelling=spelling) for name in sorted(types))
    return next(filter(None, refused), ())


def _repeated(spec: Spec, pointer: Pointer) -> Finding:
    message = f"{dotted(pointer[:-2])} has two elements with the same {pointer[-1]}"
    subject = Subject(spec.kind, spec.name, None, pointer)
    return Finding(codes.DUPLICATE_NAME, message, spec.document.place(pointer), subject, "keep one of the two")


def _promotion(fleet: Fleet, _: Only) -> Iterator[Finding]:
    """The project's list of environments names each Environment once."""
    project, known = fleet.portfolio.project, fleet.portfolio.of("Environment")
    listed = dict[str, Pointer]()
    for pointer, name in promotions(fleet.portfolio):
        place, subject = project.document.place(pointer), Subject("Project", project.name, None, pointer)
        if not fleet.portfolio.knows("Environment", name):
            yield _unknown("Environment", name, known, place, subject)
        elif name in listed:
            note = Note("the first time", project.document.place(listed[name]))
            yield Finding(
                codes.PROJECT_ORDER, f"`{name}` is listed twice", place, subject, "keep one of the two", (note,)
            )
        listed.setdefault(name, pointer)
    for name, spec in known.items() if listed else ():
        if name not in listed:
            help_ = f"add `{name}` to `environments` of the project, where it stands in the order of promotion"
            message = f"the project does not list the Environment `{name}`"
            yield Finding(codes.PROJECT_ORDER, message, spec.document.place(("name",)), spec.subject, help_)


def _overlays(fleet: Fleet, only: Only) -> Iterator[Finding]:
    """Every key below `environments` names an Environment or a stage; every default holds for a model."""
    portfolio = fleet.portfolio
    may_be_more = portfolio.has_broken("Model")
    models = portfolio.of("Model").values()
    yield from _types(portfolio.project, {model.text("type") for model in models}, may_be_more=may_be_more)
    for folder, defaults in portfolio.defaults.items():
        below = portfolio.models_below.get(folder, ())
        if not below and not may_be_more:
            message, help_ = (
                f"there is no model below {folder}/",
                "remove the file, or put it above the models it is for",
            )
            yield Finding(codes.MATCHES_NOTHING, message, defaults.document.key_place(()), defaults.subject, help_)
            continue
        yield from _types(defaults, {model.text("type") for model in below}, may_be_more=may_be_more)
        runs = {name for model in below for name in as_object(model.data.get("environments"))}
        yield from _keys(fleet, defaults, None if may_be_more else runs)
    for dataset in portfolio.of("Dataset").values():
        yield from _keys(fleet, dataset, None)
    for model in judged(fleet, only):
        yield from _keys(fleet, model, set(as_object(model.data.get("environments"))))


def _types(spec: Spec, types: set[str], *, may_be_more: bool) -> Iterator[Finding]:
    """Keys below `types`: there is a model of each for which they hold."""
    for key in as_object(spec.data.get("types")):
        if key not in types and not may_be_more:
            pointer = ("types", key)
            place, subject = spec.document.key_place(pointer), Subject(spec.kind, spec.name, None, pointer)
            help_ = "remove it, or put it above the models it is for"
            yield Finding(
                codes.MATCHES_NOTHING, f"no model that this holds for is of type {key}", place, subject, help_
            )


def _keys(fleet: Fleet, spec: Spec, runs: set[str] | None) -> Iterator[Finding]:
    """Keys below `environments` of a document; `runs`: the environments in which there is somebody to overlay."""
    environments = {name: place.text("stage") for name, place in fleet.portfolio.of("Environment").items()}
    may_be_more = fleet.portfolio.has_broken("Environment")
    stages = ALL_STAGES if may_be_more else tuple(environments.values())
    for key in as_object(spec.data.get("environments")):
        if not fleet.portfolio.knows("Environment", key) and key not in stages:
            message = f"there is no Environment and no stage `{key}`"
            yield _without_effect(spec, key, message, _near(key, {*environments, *stages}))
        elif runs is not None and not may_be_more and not _has_effect(key, runs, environments):
            yield _without_effect(spec, key, f"no model that this holds for runs in `{key}`", _ONLY_NAMES)


def _without_effect(spec: Spec, key: str, message: str, help_: str | None) -> Finding:
    pointer = ("environments", key)
    place, subject = spec.document.key_place(pointer), Subject(spec.kind, spec.name, None, pointer)
    return Finding(codes.MATCHES_NOTHING, message, place, subject, help_)


def _has_effect(key: str, runs: set[str], environments: Mapping[str, str]) -> bool:
    """Whether a key is the name of an environment that somebody runs in, or else its stage."""
    return key in runs if key in environments else any(environments.get(name) == key for name in runs)


_ONLY_NAMES = "only names of Environments in a Model's own `environments` say where it runs; a stage only overlays"


def _names(fleet: Fleet, _: Only) -> Iterator[Finding]:
    """Every name that a document other than a Model refers to."""
    portfolio = fleet.portfolio
    for spec in [
        portfolio.project,
        *(spec for kind in ("Environment", "UseCase", "Dataset", "Policy", "Waiver") for spec in portfolio.of(kind).values()),
    ]:
        for mark in fleet.language.references(spec.kind):
            for pointer, name in matches(spec.data, mark.pointer):
                if not portfolio.knows(mark.value, as_str(name)):
                    place, subject = spec.document.place(pointer), Subject(spec.kind, spec.name, None, pointer)
                    yield _unknown(mark.value, as_str(name), portfolio.of(mark.value), place, subject)


def _classes(fleet: Fleet, _: Only) -> Iterator[Finding]:
    """A use case is of a class that its regime has: a misspelt one would be of none, and no policy would ask for it."""
    schema = as_object(as_object(fleet.language.kind_schema("UseCase")["properties"])["classification"])
    words = as_object(schema.get("x-modelyard-words"))
    for spec in fleet.portfolio.of("UseCase").values():
        for regime, said in as_object(spec.data.get("classification")).items():
            known = [as_str(word) for word in as_list(words.get(regime))]
            value = as_str(as_object(said).get("value"))
            if known and value not in known:
                pointer = ("classification", regime, "value")
                place, subject = spec.document.place(pointer), Subject(spec.kind, spec.name, None, pointer)
                message = f"{regime} has no class `{value}`"
                yield Finding(codes.BAD_VALUE, message, place, subject, _near(value, known))


def _unknown(kind: str, name: str, known: Iterable[str], place: Place, subject: Subject) -> Finding:
    help_ = _near(name, known) or f"write the {kind} document, or refer to one that there is"
    return Finding(codes.UNKNOWN_REFERENCE, f"there is no {kind} `{name}`", place, subject, help_)


def _near(name: str, known: Iterable[str]) -> str | None:
    choices = sorted(known)
    near = nearest(name, choices)
    return f"did you mean `{near}`?" if near else f"one of: {', '.join(choices[:10])}" if choices else None


CHECKS: tuple[Callable[[Fleet, Only], Iterator[Finding]], ...] = (
    _promotion,
    _overlays,
    _names,
    _classes,
    check_deliveries,
    check_releases,
)
