"""Waivers of two revisions: those that exempt more than before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from compiler.foundation.json_data import Pointer
from compiler.resolve.match_selectors import waiver_applies
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.data_types import WaiverData
from compiler.spec.portfolio import Portfolio


@dataclass(frozen=True, slots=True)
class WaiverChange:
    """A waiver that is new (`is_known` is false), or exempts more than before."""

    name: str
    is_known: bool
    pointer: Pointer
    policies: frozenset[str]
    models: frozenset[str]
    detail: str


def waiver_changes(old: Portfolio, new: Portfolio, models: Sequence[ResolvedModel]) -> Iterator[WaiverChange]:
    """What the waivers of `new` exempt and those of `old` do not."""
    old_waivers = old.by_kind("Waiver")
    for name, spec in new.by_kind("Waiver").items():
        waiver = spec.data
        selected = frozenset(model.name for model in models if waiver_applies(waiver, model))
        if name not in old_waivers:
            detail = f"{', '.join(waiver['policies'])} until {waiver['expires']}"
            yield WaiverChange(name, False, (), frozenset(waiver["policies"]), selected, detail)
            continue
        for pointer, is_wider, detail in _wider_parts(old_waivers[name].data, waiver, models):
            if is_wider:
                yield WaiverChange(name, True, pointer, frozenset(waiver["policies"]), selected, detail)


def _wider_parts(
    old: WaiverData, new: WaiverData, models: Sequence[ResolvedModel]
) -> Iterator[tuple[Pointer, bool, str]]:
    """Each part of a waiver: whether it exempts more, and how."""
    added_policies = [name for name in new["policies"] if name not in old["policies"]]
    yield ("policies",), bool(added_policies), f"policies: {', '.join(added_policies)}"
    added_models = sorted(
        _label(model) for model in models if waiver_applies(new, model) and not waiver_applies(old, model)
    )
    yield ("models",), bool(added_models), f"models: {', '.join(added_models)}"
    old_paths, new_paths = old.get("paths"), new.get("paths")
    has_more_paths = old_paths is not None and (new_paths is None or not set(new_paths) <= set(old_paths))
    yield ("paths",), has_more_paths, f"paths: {', '.join(old_paths or ())} → {', '.join(new_paths or ()) or 'all'}"
    yield ("expires",), new["expires"] > old["expires"], f"expires: {old['expires']} → {new['expires']}"
    old_start, new_start = old.get("validFrom", ""), new.get("validFrom", "")
    yield ("validFrom",), new_start < old_start, f"validFrom: {old_start} → {new_start or 'none'}"


def _label(model: ResolvedModel) -> str:
    return f"{model.name} in {model.environment.name}" if model.environment else model.name
