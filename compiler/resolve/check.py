"""What is wrong with a fleet as a whole: layers, names, places, promises. A tuple of checks, each a function of the fleet."""

from collections.abc import Callable, Iterable, Iterator
from posixpath import dirname

from compiler import codes
from compiler.diagnostics import Finding
from compiler.resolve.check_models import Check, check_models
from compiler.resolve.fleet import Fleet, promotion_order
from compiler.spec.complaints import complaint
from compiler.spec.language import matches
from compiler.spec.portfolio import Spec
from compiler.values import Pointer, as_object, as_str, at
from compiler.words import nearest


def check(fleet: Fleet, also: Check) -> Iterator[Finding]:
    """Every finding of the fleet, and what `also` says of each model where it runs; a model below a broken layer is not judged."""
    layer_findings = list(_layers(fleet))
    yield from layer_findings
    unsound = {finding.place.path for finding in layer_findings if finding.place}
    unsound |= {finding.place.path for finding in fleet.portfolio.findings if finding.mandatory and finding.place}
    for one in CHECKS:
        yield from one(fleet)
    yield from check_models(fleet, frozenset(unsound), also)


def _layers(fleet: Fleet) -> Iterator[Finding]:
    """Each layer alone, against the language of every type of model that it holds for."""
    portfolio = fleet.portfolio
    models = portfolio.of("Model").values()
    everywhere = {model.text("type") for model in models}
    yield from _layer(fleet, portfolio.project, ("defaults",), everywhere)
    for environment in portfolio.of("Environment").values():
        yield from _layer(fleet, environment, ("overlay",), everywhere)
    for folder, defaults in portfolio.defaults.items():
        below = {model.text("type") for model in models if _is_below(model, folder)}
        for key in as_object(defaults.data.get("environments")):
            yield from _layer(fleet, defaults, ("environments", key), below)


def _layer(fleet: Fleet, spec: Spec, pointer: Pointer, types: Iterable[str]) -> Iterator[Finding]:
    try:
        data = at(spec.data, pointer)
    except KeyError:
        return
    for name in sorted(types):
        violations = fleet.language.type(name).layer.violations(data, spelling=_spelled(spec, pointer))
        if violations:
            yield from (complaint(violation, spec.document, spec.subject, below=pointer) for violation in violations)
            return


def _spelled(spec: Spec, below: Pointer) -> Callable[[Pointer], str | None]:
    return lambda pointer: spec.document.spelling((*below, *pointer))


def _is_below(model: Spec, folder: str) -> bool:
    return not folder or f"{dirname(model.document.path)}/".startswith(f"{folder}/")


def _promotion(fleet: Fleet) -> Iterator[Finding]:
    """The project's list of environments names each Environment once."""
    project, known = fleet.portfolio.project, fleet.portfolio.of("Environment")
    listed = [name for group in promotion_order(fleet.portfolio) for name in group]
    for index, group in enumerate(promotion_order(fleet.portfolio)):
        for name in group:
            if not fleet.portfolio.knows("Environment", name):
                place = project.document.place(("environments", index))
                yield Finding(
                    codes.UNKNOWN_REFERENCE,
                    f"there is no Environment `{name}`",
                    place,
                    project.subject,
                    _near(name, known),
                )
            elif listed.count(name) > 1 and name not in listed[: listed.index(name)]:
                place = project.document.place(("environments", index))
                yield Finding(
                    codes.PROJECT_ORDER, f"`{name}` is listed {listed.count(name)} times", place, project.subject
                )
    for name, spec in known.items():
        if name not in listed:
            help_ = f"add `{name}` to `environments` of the project, where it stands in the order of promotion"
            place = spec.document.place(("name",))
            yield Finding(
                codes.PROJECT_ORDER, f"the project does not list the Environment `{name}`", place, spec.subject, help_
            )


def _overlays(fleet: Fleet) -> Iterator[Finding]:
    """Every key below `environments` names an Environment or a stage; every default holds for a model."""
    portfolio = fleet.portfolio
    for folder, defaults in portfolio.defaults.items():
        below = [model for model in portfolio.of("Model").values() if _is_below(model, folder)]
        broken = any(kind == "Model" for kind, _ in portfolio.broken)
        if not below and not broken:
            place, help_ = defaults.document.place(()), "remove the file, or put it above the models it is for"
            yield Finding(
                codes.MATCHES_NOTHING, f"there is no model below {folder or 'the root'}", place, defaults.subject, help_
            )
            continue
        runs = {name for model in below for name in as_object(model.data.get("environments"))}
        yield from _keys(fleet, defaults, runs if not broken else None)
    for dataset in portfolio.of("Dataset").values():
        yield from _keys(fleet, dataset, None)
    for model in portfolio.of("Model").values():
        yield from _keys(fleet, model, set(as_object(model.data.get("environments"))))


def _keys(fleet: Fleet, spec: Spec, runs: set[str] | None) -> Iterator[Finding]:
    """Keys below `environments` of a document; `runs`: the environments in which there is somebody to overlay."""
    environments = fleet.portfolio.of("Environment")
    stages = {place.text("stage"): name for name, place in environments.items()}
    for key in as_object(spec.data.get("environments")):
        pointer = ("environments", key)
        if not fleet.portfolio.knows("Environment", key) and key not in stages:
            message = f"there is no Environment and no stage `{key}`"
            help_ = _near(key, [*environments, *stages])
            yield Finding(codes.MATCHES_NOTHING, message, spec.document.key_place(pointer), spec.subject, help_)
        elif runs is not None and not _has_effect(fleet, key, runs):
            message = f"no model that this holds for runs in `{key}`"
            help_ = (
                "only names of Environments in a Model's own `environments` say where it runs; a stage only overlays"
            )
            yield Finding(codes.MATCHES_NOTHING, message, spec.document.key_place(pointer), spec.subject, help_)


def _has_effect(fleet: Fleet, key: str, runs: set[str]) -> bool:
    environments = fleet.portfolio.of("Environment")
    if key in environments:
        return key in runs
    return any(name in runs and place.text("stage") == key for name, place in environments.items())


def _names(fleet: Fleet) -> Iterator[Finding]:
    """Every name that a document other than a Model refers to."""
    specs = [
        fleet.portfolio.project,
        *(spec for kind in ("UseCase", "Dataset") for spec in fleet.portfolio.of(kind).values()),
    ]
    for spec in specs:
        for mark in fleet.language.references(spec.kind):
            for pointer, name in matches(spec.data, mark.pointer):
                if not fleet.portfolio.knows(mark.value, as_str(name)):
                    message = f"there is no {mark.value} `{name}`"
                    help_ = _near(as_str(name), fleet.portfolio.of(mark.value))
                    yield Finding(codes.UNKNOWN_REFERENCE, message, spec.document.place(pointer), spec.subject, help_)


def _near(name: str, known: Iterable[str]) -> str | None:
    choices = sorted(known)
    near = nearest(name, choices)
    return f"did you mean `{near}`?" if near else f"one of: {', '.join(choices[:10])}" if choices else None


def _unevaluated(fleet: Fleet) -> Iterator[Finding]:
    """Policies and waivers are recognised, and it is said that they were not evaluated."""
    for kind in ("Policy", "Waiver"):
        for spec in fleet.portfolio.of(kind).values():
            message = f"the {kind} `{spec.name}` was recognised and not evaluated"
            yield Finding(codes.POLICY_NOT_EVALUATED, message, spec.document.place(("name",)), spec.subject)


CHECKS: tuple[Callable[[Fleet], Iterator[Finding]], ...] = (_promotion, _overlays, _names, _unevaluated)
