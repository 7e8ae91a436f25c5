"""Who owns which file of the repository, as forges are told it: the last line that fits a file is the one that counts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from posixpath import basename, dirname

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Subject
from compiler.foundation.json_data import as_list, as_str
from compiler.foundation.provenance import Derived, Members, Origin, Origins, derived_list
from compiler.plan.codeowners.ownership_claims import Claim, Committed, claims
from compiler.plan.conventions import LOCKS
from compiler.plan.planning_services import Planner
from compiler.spec.portfolio import upwards

EVERYTHING = ""
"""The path of what nobody else owns."""
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./")


@dataclass(frozen=True, slots=True)
class Owned:
    """A file, a folder (its path ends with a slash) or everything, and the team that owns it."""

    path: str
    team: str
    kinds: tuple[str, ...]
    origins: Origins
    handles: tuple[str, ...]

    @property
    def shown(self) -> Members:
        """What templates see."""
        by = [Derived(handle, (Origin(f"Team/{self.team}", ("codeOwners", at)),)) for at, handle in enumerate(self.handles)]
        return Members(
            {
                "path": Derived(f"/{self.path}", self.origins),
                "all": Derived(self.path == EVERYTHING, ()),
                "team": Derived(self.team, self.origins),
                "kinds": Derived(list(self.kinds), self.origins),
                "owners": derived_list(by, self.origins),
            }
        )


def owned(planner: Planner, committed: Sequence[Committed]) -> tuple[list[Owned], list[Finding]]:
    """Everything that is owned, the general before the special, and who cannot be asked.

    A file in which several teams have something is the project's owner's: a forge takes the word of any one of them.
    """
    portfolio = planner.fleet.portfolio
    project = portfolio.project.text("owner")
    by_path: dict[str, list[Claim]] = {}
    for claim in claims(planner, [*committed, *_locks(committed)]):
        by_path.setdefault(claim.path, []).append(claim)
    wholes = _own_folders(by_path)
    ours = [f"{portfolio.folder(key)}/" for key in ("schemas", "templates")]
    found = [_owned(path, project, (), planner) for path in (EVERYTHING, *ours)]
    found += [_owned(f"{folder}/", claim.team or project, (claim,), planner) for folder, claim in sorted(wholes.items())]
    files = [path for path in by_path if wholes.keys().isdisjoint(upwards(dirname(path)))]
    for path in sorted(files, key=_special):
        teams = {claim.team or project for claim in by_path[path]}
        found.append(_owned(path, teams.pop() if len(teams) == 1 else project, by_path[path], planner))
    return found, list(_unreachable(planner, found))


def _special(path: str) -> tuple[bool, str]:
    """What a forge has to be told by a wildcard comes first, so that it takes nothing from files of plain names."""
    return _PLAIN.issuperset(path), path


def _locks(committed: Sequence[Committed]) -> Iterator[Committed]:
    """What says who owns what was written changes with it."""
    for model, unit in dict.fromkeys((one.model, one.unit) for one in committed):
        yield Committed(f"{LOCKS}/{unit}.json", model, unit)


def _own_folders(by_path: Mapping[str, Sequence[Claim]]) -> Mapping[str, Claim]:
    """Folders that are called like a model and hold nothing of anybody else: what is put there later is the model's, too."""
    held: dict[str, set[str]] = {}
    for path, found in by_path.items():
        for folder in upwards(dirname(path)):
            held.setdefault(folder, set()).update(claim.model for claim in found)
    first = {claim.model: claim for found in by_path.values() for claim in found if claim.model}
    return {
        folder: first[basename(folder)]
        for folder, models in held.items()
        if folder and models == {basename(folder)} and basename(folder) in first
    }


def _owned(path: str, team: str, found: Iterable[Claim], planner: Planner) -> Owned:
    known = planner.fleet.portfolio.of("Team").get(team)
    handles = tuple(as_str(handle) for handle in as_list(known.data.get("codeOwners"))) if known else ()
    claims_ = tuple(found)
    origins = tuple(dict.fromkeys(claim.origin for claim in claims_)) or (Origin("project", ("owner",)),)
    return Owned(path, team, tuple(sorted({claim.kind for claim in claims_ if claim.kind})), origins, handles)


def _unreachable(planner: Planner, found: Sequence[Owned]) -> Iterator[Finding]:
    """Teams that own something and have no handle; a line without owners would let anybody change the file."""
    portfolio = planner.fleet.portfolio
    project = portfolio.project
    if not project.text("owner"):
        message, help_ = "nobody owns what belongs to no other team", "add `owner: …` with the Team that answers for the project"
        yield Finding(codes.NO_CODE_OWNER, message, project.document.place(("name",)), project.subject, help_)
    for team in sorted({one.team for one in found if one.team and not one.handles}):
        spec = portfolio.of("Team").get(team)
        if spec is None:
            continue
        own = [one.path or "what belongs to no other team" for one in found if one.team == team]
        more = f" and {len(own) - 1} more" if len(own) > 1 else ""
        message = f"{team} owns {own[0]}{more}, and says no handle of the forge"
        place = spec.document.place(("name",))
        subject = Subject("Team", team, None, ("codeOwners",))
        yield Finding(codes.NO_CODE_OWNER, message, place, subject, 'add `codeOwners: ["@…"]`')
