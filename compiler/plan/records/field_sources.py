"""Who says what a record has to say: the model, its releases and its risks, its team, its use case, its datasets, the project."""

from collections.abc import Iterator
from dataclasses import dataclass

from compiler.diagnostics.finding import Place
from compiler.foundation.json_data import Object, Pointer, as_list, as_object, as_str
from compiler.foundation.provenance import Origin
from compiler.plan.context.model_context import release_data
from compiler.plan.planning_services import Planner
from compiler.plan.records.approvals import agreed
from compiler.plan.records.record_subject import Told
from compiler.resolve.resolved_model import Release, ResolvedModel
from compiler.spec.portfolio import Portfolio, Spec


@dataclass(frozen=True, slots=True)
class Speaker:
    """A document, or a part of one, that says something.

    `root` is what origins call the document, `begins` where in it the fields of the data begin; `variable`: what
    conditions call the data, where they see it.
    """

    root: str
    name: str
    data: Object
    spec: Spec
    owner: str
    begins: Pointer = ()
    model: ResolvedModel | None = None
    variable: str = ""

    @property
    def path(self) -> str:
        """The file."""
        return self.spec.document.path

    def written(self, pointer: Pointer) -> Pointer:
        """Where a field stands in the document; where nothing can be said, the field that has to come first."""
        if self._has_no_place(pointer):
            return ("releases", self.name, *pointer)
        return (*self.begins, *pointer) if self.name else self.begins

    def origin(self, pointer: Pointer) -> Origin:
        """What a field's value is made of."""
        return Origin(self.root, self.written(pointer))

    def place(self, pointer: Pointer) -> Place:
        """The line of a field; of one that nobody says, the line of what it belongs to."""
        written = ("version",) if self._has_no_place(pointer) else self.written(pointer)
        return self.model.place(written) if self.model else self.spec.document.place(written)

    def _has_no_place(self, pointer: Pointer) -> bool:
        """Whether the short form of a model with one release cannot say a field: it knows `source` alone."""
        return self.variable == "release" and not self.begins and pointer[0] != "source"


def speakers(planner: Planner, told: Told, root: str) -> Iterator[Speaker]:
    """Those that a field is asked of: several for datasets, releases and risks, and none where there are none."""
    model, portfolio = told.model, planner.fleet.portfolio
    owner = as_str(model.data.get("owner"))
    match root:
        case "model":
            yield Speaker("model", model.name, _said(portfolio, told), model.spec, owner, model=model)
        case "release":
            yield from (_released(model, release, owner) for release in told.releases)
        case "risks[]":
            yield from _risks(model, owner)
        case "organisation":
            project = portfolio.project
            data = as_object(project.data.get("organisation"))
            yield Speaker("project", project.name, data, project, "", ("organisation",))
        case "useCase":
            named = portfolio.of("UseCase").get(as_str(model.data.get("useCase")))
            if named is None:
                yield Speaker("model", "", {}, model.spec, owner, ("useCase",), model)
            else:
                yield Speaker(f"UseCase/{named.name}", named.name, named.data, named, named.text("owner"))
        case "team":
            team = portfolio.of("Team")[owner]
            yield Speaker(f"Team/{owner}", owner, team.data, team, owner)
        case "datasets[]":
            yield from _datasets(planner, told, owner)


def _datasets(planner: Planner, told: Told, owner: str) -> Iterator[Speaker]:
    for dataset in told.datasets:
        spec = planner.fleet.portfolio.of("Dataset")[dataset.name.partition("/")[2]]
        by = spec.text("owner") or owner
        yield Speaker(dataset.name, spec.name, dataset.data, spec, by, variable="dataset")


def _risks(model: ResolvedModel, owner: str) -> Iterator[Speaker]:
    named = as_object(as_object(model.data.get("governance")).get("risk")).get("risks")
    for index, risk in enumerate(map(as_object, as_list(named))):
        begins = ("governance", "risk", "risks", index)
        yield Speaker("model", as_str(risk.get("name")), risk, model.spec, owner, begins, model)


def _said(portfolio: Portfolio, told: Told) -> Object:
    """What the model says, of approvals those alone that count: one of another content, or by who may not, says nothing."""
    data = told.model.data
    if "approvals" not in data:
        return data
    return {**data, "approvals": [one for place in told.places for one in agreed(portfolio, place)]}


def _released(model: ResolvedModel, release: Release, owner: str) -> Speaker:
    root = f"Model/{model.name}"
    return Speaker(root, release.version, release_data(release), model.spec, owner, release.pointer, variable="release")
