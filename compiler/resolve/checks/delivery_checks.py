"""Where environments are delivered to: a folder of a branch, which each has for itself."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note, Subject
from compiler.foundation.json_data import Pointer, as_object, as_str
from compiler.resolve.fleet import Fleet, Only
from compiler.spec.portfolio import Spec


class _Place(NamedTuple):
    """What an environment's tree replaces: the folder by its parts, of a branch of a repository (empty: the project's own)."""

    repository: str
    branch: str
    folder: tuple[str, ...]


def branch_folder(delivery: str) -> str:
    """A folder of a branch as git spells it; empty for the root."""
    return "/".join(filter(None, delivery.split("/")))


def check_deliveries(fleet: Fleet, _: Only) -> Iterator[Finding]:
    """No two environments share a folder of a branch, nor does one lie in the folder of another."""
    specs = fleet.portfolio.of("Environment")
    known = {name: _place(specs[name]) for name in fleet.environments if name in specs}
    placed = sorted((place, order, name) for order, (name, place) in enumerate(known.items()) if place)
    for _branch, group in groupby(placed, lambda one: one[0][:2]):
        for name, other in _overlapping([(place.folder, order, name) for place, order, name in group]):
            yield _shared(specs[name], specs[other])


def _overlapping(placed: list[tuple[tuple[str, ...], int, str]]) -> Iterator[tuple[str, str]]:
    """Each environment that lies in another one's folder, with that one: what lies within comes after it, in the order of folders."""
    outer: tuple[tuple[str, ...], int, str] | None = None
    for one in placed:
        if outer is not None and one[0][: len(outer[0])] == outer[0]:
            later, earlier = sorted((one, outer), key=lambda it: -it[1])
            yield later[2], earlier[2]
        else:
            outer = one


def _place(spec: Spec) -> _Place | None:
    said = as_object(spec.data.get("delivery"))
    if not said.get("branch"):
        return None
    folder = tuple(filter(None, as_str(said.get("path")).split("/")))
    return _Place(_address(as_str(said.get("repository"))), as_str(said["branch"]), folder)


def _address(said: str) -> str:
    """A repository by its host and its path: what leads to the same one is the same, however git gets there."""
    host, sign, path = re.sub(r"^(?:[a-z]+://)?(?:[^/@]*@)?", "", said).partition("/")
    scp, colon, below = host.partition(":")
    if colon and not below.isdigit():
        host, path = scp, f"{below}{sign}{path}"
    return f"{host.partition(':')[0].lower()}/{path.strip('/').removesuffix('.git')}" if said else ""


def _shared(spec: Spec, other: Spec) -> Finding:
    said = as_object(spec.data["delivery"])
    pointer: Pointer = ("delivery", "path" if "path" in said else "branch")
    place = branch_folder(as_str(said.get("path")))
    where = f"the folder `{place}` of the branch `{said['branch']}`" if place else f"the branch `{said['branch']}`"
    message = f"{spec.name} is delivered to {where}, and so is {other.name}"
    there = as_str(as_object(other.data["delivery"]).get("path"))
    if branch_folder(there) != place:
        message = f"{spec.name} is delivered to {where}, and {other.name} to " + (f"the folder `{there}`" if there else "its root")
    note = Note(f"{other.name} is delivered to here", other.document.place(("delivery",)))
    subject = Subject("Environment", spec.name, None, pointer)
    return Finding(codes.SHARED_DELIVERY, message, spec.document.place(pointer), subject, codes.SHARED_DELIVERY.remedy, (note,))
