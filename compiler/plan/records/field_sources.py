"""Who says what a record has to say: the model, its releases and its risks, its team, its use case, its datasets, the project."""

from collections.abc import Iterator
from dataclasses import dataclass

from compiler.diagnostics.finding import Location
from compiler.foundation.json_data import Object, Pointer, as_list, as_object, as_str
from compiler.foundation.provenance import Origin
from compiler.plan.context.model_context import release_data
from compiler.plan.records.approvals import valid_approvals
from compiler.plan.records.record_subject import RecordSubject
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import Release, ResolvedModel
from compiler.spec.portfolio import Portfolio, Spec


@dataclass(frozen=True, slots=True)
class FieldSource:
    """A document, or a part of one, that says something.

    `root` is what origins call the document, `begins` where in it the fields of the data begin; `variable`: what
    conditions call the data, where they see it.
    """

    origin_root: str
    name: str
    data: Object
    spec: Spec
    owner: str
    base_pointer: Pointer = ()
    model: ResolvedModel | None = None
    variable: str = ""

    @property
    def path(self) -> str:
        """The file."""
        return self.spec.document.path

    def document_pointer(self, pointer: Pointer) -> Pointer:
        """Where a field stands in the document; where nothing can be said, the field that has to come first."""
        if self._needs_releases_field(pointer):
            return ("releases", self.name, *pointer)
        return (*self.base_pointer, *pointer) if self.name else self.base_pointer

    def origin(self, pointer: Pointer) -> Origin:
        """What a field's value is made of."""
        return Origin(self.origin_root, self.document_pointer(pointer))

    def location(self, pointer: Pointer) -> Location:
        """The line of a field; of one that nobody says, the line of what it belongs to."""
        target_pointer = ("version",) if self._needs_releases_field(pointer) else self.document_pointer(pointer)
        return self.model.location(target_pointer) if self.model else self.spec.document.location(target_pointer)

    def _needs_releases_field(self, pointer: Pointer) -> bool:
        """Whether the short form of a model with one release cannot say a field: it knows `source` alone."""
        return self.variable == "release" and not self.base_pointer and pointer[0] != "source"


def field_sources(fleet: Fleet, subject: RecordSubject, field_root: str) -> Iterator[FieldSource]:
    """Those that a field is asked of: several for datasets, releases and risks, and none where there are none."""
    model, portfolio = subject.model, fleet.portfolio
    owner = as_str(model.data.get("owner"))
    match field_root:
        case "model":
            yield FieldSource("model", model.name, _model_data(portfolio, subject), model.spec, owner, model=model)
        case "release":
            yield from (_release_source(model, release, owner) for release in subject.releases)
        case "risks[]":
            yield from _risk_sources(model, owner)
        case "organisation":
            project = portfolio.project
            data = as_object(project.data.get("organisation"))
            yield FieldSource("project", project.name, data, project, "", ("organisation",))
        case "useCase":
            use_case = portfolio.by_kind("UseCase").get(as_str(model.data.get("useCase")))
            if use_case is None:
                yield FieldSource("model", "", {}, model.spec, owner, ("useCase",), model)
            else:
                yield FieldSource(
                    f"UseCase/{use_case.name}", use_case.name, use_case.data, use_case, use_case.text("owner")
                )
        case "team":
            team = portfolio.by_kind("Team")[owner]
            yield FieldSource(f"Team/{owner}", owner, team.data, team, owner)
        case "datasets[]":
            yield from _dataset_sources(fleet, subject, owner)


def _dataset_sources(fleet: Fleet, subject: RecordSubject, owner: str) -> Iterator[FieldSource]:
    for dataset in subject.datasets:
        spec = fleet.portfolio.by_kind("Dataset")[dataset.name.partition("/")[2]]
        dataset_owner = spec.text("owner") or owner
        yield FieldSource(dataset.name, spec.name, dataset.data, spec, dataset_owner, variable="dataset")


def _risk_sources(model: ResolvedModel, owner: str) -> Iterator[FieldSource]:
    risks = as_object(as_object(model.data.get("governance")).get("risk")).get("risks")
    for index, risk in enumerate(map(as_object, as_list(risks))):
        base_pointer = ("governance", "risk", "risks", index)
        yield FieldSource("model", as_str(risk.get("name")), risk, model.spec, owner, base_pointer, model)


def _model_data(portfolio: Portfolio, subject: RecordSubject) -> Object:
    """What the model says, of approvals those alone that count: one of another content, or by who may not, says nothing."""
    data = subject.model.data
    if "approvals" not in data:
        return data
    return {
        **data,
        "approvals": [
            approval for placement in subject.placements for approval in valid_approvals(portfolio, placement)
        ],
    }


def _release_source(model: ResolvedModel, release: Release, owner: str) -> FieldSource:
    root = f"Model/{model.name}"
    return FieldSource(
        root, release.version, release_data(release), model.spec, owner, release.pointer, variable="release"
    )
