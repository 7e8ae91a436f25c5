"""The documents that supply record fields: the model, its releases and risks, its team, use case, datasets, and the project."""

from collections.abc import Iterator
from dataclasses import dataclass

from compiler.diagnostics.finding import Location
from compiler.foundation.json_data import Object, Pointer, plain_data
from compiler.foundation.provenance import Origin
from compiler.plan.records.record_subject import RecordSubject
from compiler.resolve.approval_authority import ApprovalAuthority
from compiler.resolve.approvals import valid_approvals
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import Release, ResolvedModel
from compiler.spec.portfolio import Portfolio, Spec


@dataclass(frozen=True, slots=True)
class FieldSource:
    """A document, or a part of one, that supplies fields.

    `origin_root` is the document's name in origins, `base_pointer` the pointer where its data begins, `variable` the name of the data in
    conditions.
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
        """The pointer to a field in the document; if it cannot be set yet, to the field that must be added first."""
        if self._needs_releases_field(pointer):
            return ("releases", self.name, *pointer)
        return (*self.base_pointer, *pointer) if self.name else self.base_pointer

    def origin(self, pointer: Pointer) -> Origin:
        """The origin of a field's value."""
        return Origin(self.origin_root, self.document_pointer(pointer))

    def location(self, pointer: Pointer) -> Location:
        """The location of a field; for a missing one, of its parent."""
        target_pointer = ("version",) if self._needs_releases_field(pointer) else self.document_pointer(pointer)
        return self.model.location(target_pointer) if self.model else self.spec.document.location(target_pointer)

    def _needs_releases_field(self, pointer: Pointer) -> bool:
        """Whether the short form of a model with one release cannot express a field, because it has only `source`."""
        return self.variable == "release" and not self.base_pointer and pointer[0] != "source"


def field_sources(fleet: Fleet, subject: RecordSubject, field_root: str) -> Iterator[FieldSource]:
    """The sources of a field: several for datasets, releases and risks, none if there are none."""
    model, portfolio = subject.model, fleet.portfolio
    owner = model.data["owner"]
    match field_root:
        case "model":
            yield FieldSource("model", model.name, _model_data(portfolio, subject), model.spec, owner, model=model)
        case "release":
            yield from (_release_source(model, release, owner) for release in subject.releases)
        case "risks[]":
            yield from _risk_sources(model, owner)
        case "organisation":
            project = portfolio.project
            data = plain_data(project.data.get("organisation", {}))
            yield FieldSource("project", project.name, data, project, "", ("organisation",))
        case "useCase":
            use_case = portfolio.by_kind("UseCase").get(model.data.get("useCase", ""))
            if use_case is None:
                yield FieldSource("model", "", {}, model.spec, owner, ("useCase",), model)
            else:
                yield FieldSource(
                    f"UseCase/{use_case.name}", use_case.name, use_case.json, use_case, use_case.data["owner"]
                )
        case "team":
            team = portfolio.by_kind("Team").get(owner)
            if team is None:  # the Team itself has findings: the model names the only known source
                yield FieldSource("model", "", {}, model.spec, owner, ("owner",), model)
            else:
                yield FieldSource(f"Team/{owner}", owner, team.json, team, owner)
        case "datasets[]":
            yield from _dataset_sources(fleet, subject, owner)


def _dataset_sources(fleet: Fleet, subject: RecordSubject, owner: str) -> Iterator[FieldSource]:
    for dataset in subject.datasets:
        spec = fleet.portfolio.by_kind("Dataset")[dataset.name.partition("/")[2]]
        dataset_owner = spec.data.get("owner") or owner
        yield FieldSource(dataset.name, spec.name, dataset.data, spec, dataset_owner, variable="dataset")


def _risk_sources(model: ResolvedModel, owner: str) -> Iterator[FieldSource]:
    for index, risk in enumerate(model.data.get("governance", {}).get("risk", {}).get("risks", ())):
        base_pointer = ("governance", "risk", "risks", index)
        yield FieldSource("model", risk["name"], plain_data(risk), model.spec, owner, base_pointer, model)


def _model_data(portfolio: Portfolio, subject: RecordSubject) -> Object:
    """The model's data with valid approvals only: an invalid one supplies nothing."""
    data = subject.model.json
    if "approvals" not in data:
        return data
    authority = ApprovalAuthority.of(portfolio)
    return {
        **data,
        "approvals": [
            approval for placement in subject.placements for approval in valid_approvals(authority, placement)
        ],
    }


def _release_source(model: ResolvedModel, release: Release, owner: str) -> FieldSource:
    root = f"Model/{model.name}"
    return FieldSource(
        root, release.version, release.identified_json, model.spec, owner, release.pointer, variable="release"
    )
