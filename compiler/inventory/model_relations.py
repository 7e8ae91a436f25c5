"""What a model rests on: datasets, models that are asked, vendors, the decision that it serves."""

import json
from collections.abc import Iterator

from compiler.foundation.json_data import Object, Pointer, as_object, as_str
from compiler.inventory.coerce import day, text, texts
from compiler.inventory.placements import Seen, environment_name
from compiler.inventory.row_parts import Asked, Classification, Dataset, DatasetRole, UseCase, UsedDataset, Vendor
from compiler.resolve.dependencies import Ask, asks
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolver import references
from compiler.spec.portfolio import Spec

_ROLES: tuple[DatasetRole, ...] = ("training", "evaluation", "used")


def dataset(spec: Spec) -> Dataset:
    """A Dataset as an inventory has it."""
    said = spec.data
    return Dataset(
        name=spec.name,
        summary=text(said.get("summary")),
        owner=text(said.get("owner")),
        classification=text(said.get("classification")),
        sensitive_fields=texts(said.get("sensitiveFields")),
        license=text(said.get("license")),
        retention=text(said.get("retention")),
    )


def used_datasets(fleet: Fleet, seen: Seen) -> Iterator[UsedDataset]:
    """The datasets that the model, or a release of it that runs, names; by name."""
    found: dict[str, set[DatasetRole]] = {}
    for model in seen.places:
        for kind, name, pointer, release in references(model, fleet.language.type(model.spec.text("type"))):
            if kind == "Dataset":
                found.setdefault(name, set()).add(_role(pointer, released=release is not None))
    for name, roles in sorted(found.items()):
        spec = fleet.find("Dataset", name)
        if spec is not None:
            said = dataset(spec)
            ordered = tuple(role for role in _ROLES if role in roles)
            yield UsedDataset(name, ordered, said.classification, said.sensitive_fields, said.retention)


def _role(pointer: Pointer, *, released: bool) -> DatasetRole:
    if released:
        return "evaluation" if pointer[0] == "evaluations" else "used"
    return next((role for role in _ROLES if pointer[:2] == ("data", role)), "used")


def asked(fleet: Fleet, seen: Seen) -> Iterator[Asked]:
    """The models that are asked while the model runs, each way of asking once."""
    said = (
        (_asked(ask), environment_name(model))
        for model in seen.places
        for ask in asks(model, fleet.language.type(model.spec.text("type")))
    )
    for (model, by, release, step, condition, weight), environments in seen.gathered(said):
        yield Asked(model, "itself" if by else "callers", release, step, condition, weight, environments)


def _asked(ask: Ask) -> tuple[str, bool, str | None, str | None, str | None, str | None]:
    wanted = None if ask.wanted is None else str(ask.wanted)
    step = text(ask.said.get("name")) if ask.release else None
    return ask.name, ask.itself, wanted, step, _condition(as_object(ask.said.get("when"))), text(ask.said.get("weight"))


def _condition(when: Object) -> str | None:
    return f"{when['field']} {when['op']} {json.dumps(when['value'], ensure_ascii=False)}" if when else None


def router(seen: Seen) -> str | None:
    """How an ensemble chooses among its steps."""
    release = seen.last.release
    return text(release.source.get("router")) if release else None


def vendors(seen: Seen) -> Iterator[Vendor]:
    """What was bought in, for each release that runs."""
    told: set[str] = set()
    for release in (release for model in seen.places for release in (model.release, model.canary) if release):
        if "provider" in release.source and release.version not in told:
            told.add(release.version)
            contract = as_object(release.source.get("contract"))
            yield Vendor(
                release=release.version,
                provider=as_str(release.source["provider"]),
                product=as_str(release.source.get("product")),
                version=text(release.source.get("version")),
                contract=text(contract.get("id")),
                expires=day(contract.get("expires")),
            )


def use_case(spec: Spec) -> UseCase:
    """A UseCase as an inventory has it."""
    said = spec.data
    classes = as_object(said.get("classification")).items()
    return UseCase(
        name=spec.name,
        summary=as_str(said.get("summary")),
        owner=as_str(said.get("owner")),
        process=text(said.get("process")),
        affected=texts(said.get("affected")),
        classification=tuple(_class(regime, as_object(one)) for regime, one in sorted(classes)),
    )


def _class(regime: str, said: Object) -> Classification:
    return Classification(
        regime=regime,
        value=as_str(said.get("value")),
        reference=text(said.get("reference")),
        role=text(said.get("role")),
        decided_by=text(said.get("decidedBy")),
        date=day(said.get("date")),
    )
