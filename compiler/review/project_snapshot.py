"""One state of a project, asked what a model in an environment depends on."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from posixpath import dirname, join, normpath

from compiler.execution.jobs.steps import STEP_POINTERS
from compiler.execution.jobs.tasks import Task
from compiler.foundation.json_data import Json, as_str
from compiler.pipeline.session import Run
from compiler.plan.emitters.emitter_settings import project_options
from compiler.policy.waiver_scope import Grant
from compiler.resolve.dependencies import asks
from compiler.resolve.digests import digest
from compiler.resolve.match_selectors import waives
from compiler.resolve.resolved_model import Release, ResolvedModel
from compiler.resolve.resolver import references
from compiler.spec.language import matches
from compiler.spec.portfolio import Spec, release_contents, texts, upwards

Key = tuple[str, str | None]
"""A model, and the environment as which it is seen; `None` where it runs nowhere."""

UNSOUND = "does not hold together"
_WORDS: Mapping[str, str] = {"UseCase": "use case", "Team": "team", "Dataset": "dataset"}
_LAYERED = frozenset({"defaults", "types", "policies"})
"""What the project says that reaches a model through its layers, or through what binds it."""


class Seen:
    """A state; keeps what it was asked."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._fleet = run.fleet

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """Every model in each of its environments; once where it runs nowhere."""
        names = self.run.portfolio.of("Model")
        return tuple((name, place) for name in names for place in self._fleet.places(name))

    def __contains__(self, key: Key) -> bool:
        return key in self._known

    @cached_property
    def _known(self) -> frozenset[Key]:
        return frozenset(self.keys)

    def reasons(self, key: Key) -> Mapping[str, str]:
        """What makes a model another than it was, wherever it changes: the words for it, and a digest of each."""
        model = self._model(key)
        if model is None:
            return {UNSOUND: str(id(self))}
        found = {field: digest(value) for field, value in model.data.items()}
        found["releases"] = digest(dict(release_contents(model.spec.data)))
        found |= _releases(model)
        return {**found, **self._programs(model), **dict(self._laws(model))}

    def referred(self, key: Key) -> Mapping[str, str]:
        """The same of what the model refers to: a reference that is new is told by the field that holds it."""
        model = self._model(key)
        if model is None:
            return {}
        found = {_told(spec): digest(spec.data) for spec in self._documents(model)}
        return found | {f"asks {other.name}": other.runtime_digest for other in self._asked(model)}

    def around(self, key: Key) -> str:
        """A digest of all else that what is rendered of the model may be made of."""
        model = self._model(key)
        near = self._components.get(key[1] or "", {}).get(key[0], "")
        environment = model.environment.data if model and model.environment else None
        path = model.spec.document.path if model else ""
        return digest([path, environment, near, self._everywhere])

    def owner(self, key: Key) -> str:
        """The team that answers for the model."""
        model = self._model(key)
        return as_str(model.data.get("owner")) if model else self.run.portfolio.of("Model")[key[0]].text("owner")

    def path(self, name: str) -> str:
        """Where the model's spec stands."""
        return self.run.portfolio.of("Model")[name].document.path

    def _model(self, key: Key) -> ResolvedModel | None:
        return self._fleet.resolve(*key)[0]

    @cached_property
    def _everywhere(self) -> str:
        """A digest of what may reach any artifact: the project's words, and its own templates."""
        data = self.run.portfolio.project.data
        said: dict[str, Json] = {key: value for key, value in data.items() if key not in _LAYERED}
        own: dict[str, Json] = {one.id: one.digest for one in self.run.emitters.by_id.values() if not one.shipped}
        return digest([said, own])

    def _documents(self, model: ResolvedModel) -> Iterator[Spec]:
        """The documents that the model refers to, and those that they refer to; models are none of them."""
        language = self.run.language.type(model.spec.text("type"))
        pending = [(kind, name) for kind, name, _, _ in references(model, language)]
        seen: set[tuple[str, str]] = set()
        while pending:
            kind, name = pending.pop()
            spec = self.run.portfolio.of(kind).get(name)
            if kind == "Model" or spec is None or (kind, name) in seen:
                continue
            seen.add((kind, name))
            yield spec
            for mark in self.run.language.references(kind):
                pending += [(mark.value, as_str(found)) for _, found in matches(spec.data, mark.pointer)]

    def _programs(self, model: ResolvedModel) -> dict[str, str]:
        """The files that programs of a model's pipeline may read: beside its spec, by an argument, or by the project for all.

        Of what lies beside the spec the folders of other models are left out.
        """
        words = [word for step in STEP_POINTERS for word in Task(step, model, None).argv]
        if not words:
            return {}
        tree, folder = self.run.tree, dirname(model.spec.document.path)
        others = {one for one in self._folders if one != folder and f"{one}/".startswith(f"{folder}/")}
        paths = [path for path in tree.paths(folder) if path not in self._specs and others.isdisjoint(upwards(path))]
        named = (normpath(join(folder, word)) for word in words)
        paths += [path for path in named if path not in self._specs and tree.has(path)]
        return {"files beside it": digest({path: tree.blob_id(path) for path in paths}), **self._for_all}

    @cached_property
    def _for_all(self) -> Mapping[str, str]:
        """The files that the project's words for emitters name, such as what programs are installed from, and what is in them."""
        project, tree = self.run.portfolio.project.data, self.run.tree
        said = (text for emitter in self.run.planner.others for text in texts(project_options(project, emitter)))
        return {path: tree.blob_id(path) for path in said if path not in self._specs and tree.has(path)}

    @cached_property
    def _specs(self) -> frozenset[str]:
        """The files that hold documents."""
        portfolio = self.run.portfolio
        documents = [spec for kind in portfolio.specs.values() for spec in kind.values()]
        return frozenset(spec.document.path for spec in (*documents, *portfolio.defaults.values()))

    @cached_property
    def _folders(self) -> frozenset[str]:
        """The folders that hold models."""
        return frozenset(dirname(spec.document.path) for spec in self.run.portfolio.of("Model").values())

    def _laws(self, model: ResolvedModel) -> Iterator[tuple[str, str]]:
        """The policies that bind the model, and the waivers that may except it from one."""
        bound = self.run.policies.library.bound(model)
        yield from ((f"policy {policy.id}", digest(policy.data)) for policy in bound)
        for name, spec in self.run.portfolio.of("Waiver").items():
            grant = Grant(spec)
            if waives(spec.data, model) and any(grant.names(policy) for policy in bound):
                yield f"waiver {name}", digest(spec.data)

    def _asked(self, model: ResolvedModel) -> Iterator[ResolvedModel]:
        """The models that it asks, and those that they ask."""
        pending, seen = list(self._names_asked(model)), {model.name}
        while pending:
            name = pending.pop()
            if name in seen or model.environment is None:
                continue
            seen.add(name)
            other = self._fleet.model(name, model.environment.name)
            if other is not None:
                yield other
                pending += self._names_asked(other)

    def _names_asked(self, model: ResolvedModel) -> Iterator[str]:
        language = self.run.language.type(model.spec.text("type"))
        yield from (ask.name for ask in asks(model, language))

    @cached_property
    def _components(self) -> Mapping[str, Mapping[str, str]]:
        """By environment and model: a digest of all models that are joined to it by who asks whom."""
        models: dict[str, dict[str, ResolvedModel]] = {}
        for name, environment in self.keys:
            model = self._model((name, environment))
            if model is not None and environment is not None:
                models.setdefault(environment, {})[name] = model
        return {environment: self._joined(there) for environment, there in models.items()}

    def _joined(self, models: Mapping[str, ResolvedModel]) -> Mapping[str, str]:
        edges: dict[str, set[str]] = {name: set() for name in models}
        for name, model in models.items():
            for other in self._names_asked(model):
                edges[name].add(other)
                edges.setdefault(other, set()).add(name)
        found: dict[str, str] = {}
        for name in models:
            if name not in found:
                group = _reached(edges, name)
                said = digest([_whole(models[one]) for one in sorted(group) if one in models])
                found |= dict.fromkeys(group, said)
        return found


def _reached(edges: Mapping[str, Iterable[str]], start: str) -> frozenset[str]:
    pending, seen = [start], {start}
    while pending:
        for other in edges[pending.pop()]:
            if other not in seen:
                seen.add(other)
                pending.append(other)
    return frozenset(seen)


def _releases(model: ResolvedModel) -> dict[str, str]:
    """The releases that run, with their files; of the canary its share too."""
    found = {"release": _release(model.release)} if model.release else {}
    if model.canary:
        found["canary"] = digest([_release(model.canary), model.data.get("canary")])
    return found


def _release(release: Release) -> str:
    return digest([release.version, release.digest])


def _whole(model: ResolvedModel) -> Json:
    """All that a model is, for those who are joined to it."""
    return [model.name, model.spec.document.path, model.data, _releases(model)]


def _told(spec: Spec) -> str:
    return f"{_WORDS.get(spec.kind, spec.kind)} {spec.name}"
