"""Checks where environments are delivered: each needs a branch folder of its own."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note, Subject
from compiler.foundation.json_data import Pointer
from compiler.resolve.fleet import Fleet
from compiler.spec.portfolio import EnvironmentSpec


class _DeliveryTarget(NamedTuple):
    """The branch folder that an environment replaces: its parts, the branch, and the repository (empty: the project's own)."""

    repository: str
    branch: str
    folder: tuple[str, ...]


def normalise_folder(delivery: str) -> str:
    """A branch folder in git's spelling; empty for the root."""
    return "/".join(filter(None, delivery.split("/")))


def check_deliveries(fleet: Fleet) -> Iterator[Finding]:
    """No two environments share a branch folder, and no folder contains another."""
    specs = fleet.portfolio.by_kind("Environment")
    targets = {name: _delivery_target(specs[name]) for name in fleet.environments if name in specs}
    sorted_targets = sorted((target, order, name) for order, (name, target) in enumerate(targets.items()) if target)
    for _branch, group in groupby(sorted_targets, lambda item: item[0][:2]):
        for name, other_name in _overlapping_pairs([(target.folder, order, name) for target, order, name in group]):
            yield _overlap_finding(specs[name], specs[other_name])


def _overlapping_pairs(entries: list[tuple[tuple[str, ...], int, str]]) -> Iterator[tuple[str, str]]:
    """Each environment whose folder is within another one's, with that one. Sorting puts a folder directly before those within it."""
    outer_entry: tuple[tuple[str, ...], int, str] | None = None
    for entry in entries:
        if outer_entry is not None and entry[0][: len(outer_entry[0])] == outer_entry[0]:
            later_entry, earlier_entry = sorted((entry, outer_entry), key=lambda item: -item[1])
            yield later_entry[2], earlier_entry[2]
        else:
            outer_entry = entry


def _delivery_target(spec: EnvironmentSpec) -> _DeliveryTarget | None:
    delivery = spec.data.get("delivery", {})
    if not delivery.get("branch"):
        return None
    folder = tuple(filter(None, delivery.get("path", "").split("/")))
    return _DeliveryTarget(_repository_id(delivery.get("repository", "")), delivery["branch"], folder)


def _repository_id(url: str) -> str:
    """The identity of a repository by host and path, whatever protocol git uses."""
    host, sign, path = re.sub(r"^(?:[a-z]+://)?(?:[^/@]*@)?", "", url).partition("/")
    scp, colon, remainder = host.partition(":")
    if colon and not remainder.isdigit():
        host, path = scp, f"{remainder}{sign}{path}"
    return f"{host.partition(':')[0].lower()}/{path.strip('/').removesuffix('.git')}" if url else ""


def _overlap_finding(spec: EnvironmentSpec, other_spec: EnvironmentSpec) -> Finding:
    delivery = spec.data["delivery"]
    pointer: Pointer = ("delivery", "path" if "path" in delivery else "branch")
    folder = normalise_folder(delivery.get("path", ""))
    target_text = (
        f"the folder `{folder}` of the branch `{delivery['branch']}`"
        if folder
        else f"the branch `{delivery['branch']}`"
    )
    message = f"{spec.name} and {other_spec.name} are both delivered to {target_text}"
    other_path = other_spec.data["delivery"].get("path", "")
    if normalise_folder(other_path) != folder:
        message = f"{spec.name} is delivered to {target_text}, and {other_spec.name} to " + (
            f"the folder `{other_path}`" if other_path else "its root"
        )
    note = Note(f"the delivery of {other_spec.name} is set here", other_spec.document.location(("delivery",)))
    subject = Subject("Environment", spec.name, None, pointer)
    return Finding(
        codes.OVERLAPPING_DELIVERY,
        message,
        spec.document.location(pointer),
        subject,
        codes.OVERLAPPING_DELIVERY.remedy,
        (note,),
    )
