"""Where a value came from: a resolved value to its layers, a place of an artifact to the values it was made of."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Place
from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import Json, Object, Pointer, as_object, at, dotted
from compiler.foundation.provenance import Origin
from compiler.foundation.suggestions import nearest
from compiler.pipeline.session import Run
from compiler.plan.planning import PlannedFile, Scope
from compiler.policy.policy_definition import Policy
from compiler.resolve.resolved_model import ResolvedModel
from compiler.source.yaml_parse import parse


@dataclass(frozen=True, slots=True)
class Said:
    """What one layer says: `sets` the value, `adds` to a map, is `beaten` by a stronger layer, or `deletes` what is below it."""

    role: str
    label: str
    value: Json
    place: Place | None


@dataclass(frozen=True, slots=True)
class Explained:
    """A value, its name, and what made it: layers, strongest first."""

    name: str
    value: Json
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class ExplainedPlace:
    """A place of an artifact: its value, the template that made it, and each value that it was made of."""

    path: str
    pointer: Pointer
    value: Json
    template: Place
    made_of: tuple[Explained, ...]


def policy(run: Run, subject: str) -> Policy | None:
    """The policy of that id, unless a model has the name."""
    if subject in run.portfolio.of("Model"):
        return None
    found = run.policies.library.named(subject)
    return found[0] if len(found) == 1 else None


def near_policy(run: Run, subject: str) -> str | None:
    """What to do about the name of a policy that its pack does not have; `None` where no pack has the name's first part."""
    library, pack = run.policies.library, subject.partition("/")[0]
    near = nearest(subject, [one.id for one in library.named(pack)])
    if not library.named(pack):
        return None
    return f"did you mean `{near}`?" if near else f"`modelyard policy list` names those of `{pack}`"


def code(name: str) -> Code | None:
    """A built-in code by its id or its name."""
    return next((found for found in all_codes() if name.lower() in {found.id.lower(), found.name}), None)


def all_codes() -> tuple[Code, ...]:
    """Every built-in code, in order of id."""
    found = [value for value in vars(codes).values() if isinstance(value, Code)]
    return tuple(sorted(found, key=lambda one: one.id))


def value(run: Run, subject: str, environments: Sequence[str]) -> tuple[Explained, ...]:
    """`MODEL` or `MODEL.field` in each environment asked for; raises `UsageError` where there is no such thing."""
    name, _, field = subject.partition(".")
    models = run.fleet.portfolio.of("Model")
    if name not in models:
        if ("Model", name) in run.portfolio.broken:
            raise UsageError(f"the model `{name}` has findings", help="`modelyard check` says which")
        near = nearest(name, models)
        raise UsageError(
            f"there is no model `{name}`",
            help=f"did you mean `{near}`?" if near else "`modelyard check` reads them all",
        )
    listed = [place for place in run.fleet.environments if place in as_object(models[name].data.get("environments"))]
    wanted: Sequence[str | None] = [place for place in listed if not environments or place in environments] or (
        [] if environments else [None]
    )
    if not wanted:
        raise UsageError(
            f"{name} does not run in {', '.join(environments)}",
            help=f"it runs in: {', '.join(listed) or 'no environment'}",
        )
    return tuple(_value(run, name, pointer_of(field), place) for place in wanted)


def _value(run: Run, name: str, pointer: Pointer, environment: str | None) -> Explained:
    model, findings = run.fleet.resolve(name, environment)
    if model is None:
        first = next((finding.message for finding in findings), "")
        raise UsageError(f"{name} does not resolve: {first}", help="`modelyard check` says everything")
    title = f"{name}{f'.{dotted(pointer)}' if pointer else ''}" + (f" in {environment}" if environment else "")
    try:
        found = at(model.data, pointer)
    except (KeyError, IndexError, TypeError):
        if _said(model, pointer):
            return Explained(title, None, _said(model, pointer))
        raise UsageError(f"no layer sets {title}", help=_fields(model.data, pointer)) from None
    return Explained(title, found, _said(model, pointer))


def _fields(data: Object, pointer: Pointer) -> str:
    here: Json = data
    for part in pointer:
        known = [str(key) for key in here] if isinstance(here, dict) else []
        if isinstance(here, dict) and part in here:
            here = here[str(part)]
            continue
        near = nearest(str(part), known)
        return f"did you mean `{near}`?" if near else f"set there: {', '.join(known) or 'nothing'}"
    return ""


def _said(model: ResolvedModel, pointer: Pointer) -> tuple[Said, ...]:
    out: list[Said] = []
    winner_found = False
    for said in model.blame(pointer):
        adds = isinstance(said.value, dict) and not said.deletes
        role = "deletes" if said.deletes else "adds" if adds else "beaten" if winner_found else "sets"
        winner_found = winner_found or not said.deletes
        place = said.layer.place(said.pointer)
        shown = None if said.deletes else said.value
        out.append(Said(role, said.layer.label, shown, place))
    return tuple(out)


def pointer_of(text: str) -> Pointer:
    """The pointer that people write: `deploy.secrets[0].name`, or as RFC 6901 writes it: `/deploy/secrets/0/name`."""
    if text.startswith("/"):
        parts = [part.replace("~1", "/").replace("~0", "~") for part in text[1:].split("/")]
        return tuple(int(part) if part.isdigit() else part for part in parts)
    found = re.findall(r"\[(\d+)\]|\['([^']*)'\]|\[\"([^\"]*)\"\]|([^.\[\]]+)", text)
    return tuple(int(index) if index else first or second or key for index, first, second, key in found)


def artifact(run: Run, path: str, where: str) -> tuple[ExplainedPlace, ...]:
    """A place of an artifact, or every place that its line `where` holds."""
    planned = _planned(run, path)
    document, pointers, tree, source_map = _places(run, planned, where)
    found: list[ExplainedPlace] = []
    for pointer in pointers:
        origins = [
            origin
            for key, made in source_map.items()
            if key[0] == document and key[1][: len(pointer)] == pointer
            for origin in made
        ]
        origins += [
            origin
            for key, made in source_map.items()
            if key[0] == document and pointer[: len(key[1])] == key[1]
            for origin in made
        ]
        template = Place(f"{planned.emitter.folder}/{planned.rule.template}")
        made_of = tuple(_origin(run, planned, origin) for origin in dict.fromkeys(origins))
        found.append(ExplainedPlace(planned.path, pointer, at(tree, pointer), template, made_of))
    return tuple(found)


def _planned(run: Run, path: str) -> PlannedFile:
    """The file that a path ends with: looked for among those of the model that the path names, then among all."""
    parts = path.split("/")
    models = {part for part in parts if part in run.portfolio.of("Model")}
    planned: dict[str, PlannedFile] = {}
    for wanted in (models, set()) if models else (set(),):
        planned = {file.path: file for unit in run.planned(_scope(parts, wanted)) for file in unit.files}
        for start in range(len(parts)):
            if "/".join(parts[start:]) in planned:
                return planned["/".join(parts[start:])]
    near = nearest(path, planned)
    raise UsageError(
        f"no emitter makes {path}", help=f"did you mean {near}?" if near else "`modelyard build` lists what is made"
    )


def _scope(parts: Sequence[str], models: set[str]) -> Scope:
    """What a path can be of: the environments that it names, and the models, where it is of any."""

    def is_meant(model: str, environment: str) -> bool:
        if environment and environment not in parts:
            return False
        return model in models if models else not environment or not model or model in parts

    return is_meant


def _places(
    run: Run, planned: PlannedFile, where: str
) -> tuple[int, list[Pointer], Json, dict[tuple[int, Pointer], tuple[Origin, ...]]]:
    rendered = run.producer.traced(planned)
    if isinstance(rendered, tuple):
        raise UsageError(
            f"{planned.path} cannot be rendered: {rendered[0].message}", help="`modelyard build` says everything"
        )
    if not rendered.documents:
        raise UsageError(f"{planned.path} is text", help="only places of YAML and JSON can be explained")
    source_map = dict(rendered.source_map or {})
    if not where.isdigit():
        pointer = pointer_of(where)
        for index, tree in enumerate(rendered.documents):
            try:
                at(tree, pointer)
            except (KeyError, IndexError, TypeError):
                continue
            return index, [pointer], tree, source_map
        raise UsageError(
            f"{planned.path} has no {where}", help=_fields(as_object(rendered.documents[0]), pointer) or None
        )
    for document in parse(rendered.text, planned.path).documents:
        lines = [pointer for pointer in _leaves(document.data) if document.place(pointer).line == int(where)]
        if lines:
            return document.index, lines, rendered.documents[document.index], source_map
    raise UsageError(
        f"line {where} of {planned.path} holds no value",
        help="name a line with a value, or a pointer such as :spec.template",
    )


def _leaves(data: Json, pointer: Pointer = ()) -> Iterator[Pointer]:
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    is_leaf = True
    for part, child in children:
        is_leaf = False
        yield from _leaves(child, (*pointer, part))
    if is_leaf:
        yield pointer


def _origin(run: Run, planned: PlannedFile, origin: Origin) -> Explained:
    model = planned.model
    if origin.root == "model" and model is not None:
        environment = model.environment.name if model.environment else None
        title = f"{model.name}.{dotted(origin.pointer)}" + (f" in {environment}" if environment else "")
        said = _said(model, origin.pointer)
        if origin.pointer == ("release",) and not said and model.release is not None:
            only = Said(
                "sets", "the only release", model.release.version, model.spec.document.place(model.release.pointer)
            )
            return Explained(title, model.release.version, (only,))
        return Explained(title, _value_at(model.data, origin.pointer), said)
    place, value_there = run.producer.located(planned, origin)
    label = place.path if place else origin.root
    return Explained(str(origin), value_there, (Said("sets", label, value_there, place),) if place else ())


def _value_at(data: Json, pointer: Pointer) -> Json:
    try:
        return at(data, pointer)
    except (KeyError, IndexError, TypeError):
        return None
