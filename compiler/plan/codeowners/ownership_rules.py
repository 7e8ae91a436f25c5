"""Ownership rules as forges read them: the last rule that matches a file applies."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from posixpath import basename, dirname

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Subject
from compiler.foundation.provenance import ComputedValue, ObjectValue, Origin, Origins, computed_list
from compiler.plan.codeowners.ownership_claims import CommittedFile, OwnershipClaim, ownership_claims
from compiler.plan.conventions import LOCKS_FOLDER
from compiler.plan.model_facts import ModelFacts
from compiler.resolve.fleet import Fleet
from compiler.spec.portfolio import path_and_ancestors

ROOT_PATH = ""
"""The path that matches everything without a rule of its own."""
_PLAIN_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./")


@dataclass(frozen=True, slots=True)
class OwnershipRule:
    """A file, a folder (its path ends with a slash) or everything, and the team that owns it."""

    path: str
    team: str
    kinds: tuple[str, ...]
    origins: Origins
    handles: tuple[str, ...]

    @property
    def template_value(self) -> ObjectValue:
        """The rule as templates see it."""
        handle_values = [
            ComputedValue(handle, (Origin(f"Team/{self.team}", ("codeOwners", index)),))
            for index, handle in enumerate(self.handles)
        ]
        return ObjectValue(
            {
                "path": ComputedValue(f"/{self.path}", self.origins),
                "all": ComputedValue(self.path == ROOT_PATH, ()),
                "team": ComputedValue(self.team, self.origins),
                "kinds": ComputedValue(list(self.kinds), self.origins),
                "owners": computed_list(handle_values, self.origins),
            }
        )


def ownership_rules(
    fleet: Fleet, models: Sequence[ModelFacts], committed_files: Sequence[CommittedFile]
) -> tuple[list[OwnershipRule], list[Finding]]:
    """All rules, general before specific, and findings about teams that cannot be named.

    A file shared by several teams belongs to the project's owner: a forge accepts the approval of any one owner.
    """
    portfolio = fleet.portfolio
    project = portfolio.project.data.get("owner", "")
    by_path: dict[str, list[OwnershipClaim]] = {}
    for claim in ownership_claims(fleet, models, [*committed_files, *_lock_files(committed_files)]):
        by_path.setdefault(claim.path, []).append(claim)
    model_folders = _exclusive_folders(by_path)
    project_folders = [f"{portfolio.folder(key)}/" for key in ("schemas", "templates")]
    rules = [_ownership_rule(path, project, (), fleet) for path in (ROOT_PATH, *project_folders)]
    rules += [
        _ownership_rule(f"{folder}/", claim.team or project, (claim,), fleet)
        for folder, claim in sorted(model_folders.items())
    ]
    files = [path for path in by_path if model_folders.keys().isdisjoint(path_and_ancestors(dirname(path)))]
    for path in sorted(files, key=_sort_key):
        teams = {claim.team or project for claim in by_path[path]}
        rules.append(_ownership_rule(path, teams.pop() if len(teams) == 1 else project, by_path[path], fleet))
    return rules, list(_missing_handle_findings(fleet, rules))


def _sort_key(path: str) -> tuple[bool, str]:
    """Rules with wildcards come first, so that they do not override rules for plain paths."""
    return _PLAIN_CHARACTERS.issuperset(path), path


def _lock_files(committed_files: Sequence[CommittedFile]) -> Iterator[CommittedFile]:
    """Lock files have the owner of the files that they list."""
    for model, unit in dict.fromkeys((file.model, file.unit) for file in committed_files):
        yield CommittedFile(f"{LOCKS_FOLDER}/{unit}.json", model, unit)


def _exclusive_folders(by_path: Mapping[str, Sequence[OwnershipClaim]]) -> Mapping[str, OwnershipClaim]:
    """Folders with a model's name that contain only files of that model: the model owns files that are added there."""
    models_by_folder: dict[str, set[str]] = {}
    for path, path_claims in by_path.items():
        for folder in path_and_ancestors(dirname(path)):
            models_by_folder.setdefault(folder, set()).update(claim.model for claim in path_claims)
    claim_by_model = {claim.model: claim for path_claims in by_path.values() for claim in path_claims if claim.model}
    return {
        folder: claim_by_model[basename(folder)]
        for folder, models in models_by_folder.items()
        if folder and models == {basename(folder)} and basename(folder) in claim_by_model
    }


def _ownership_rule(path: str, team: str, path_claims: Iterable[OwnershipClaim], fleet: Fleet) -> OwnershipRule:
    team_spec = fleet.portfolio.by_kind("Team").get(team)
    handles = tuple(handle for handle in team_spec.data.get("codeOwners", ())) if team_spec else ()
    claim_list = tuple(path_claims)
    origins = tuple(dict.fromkeys(claim.origin for claim in claim_list)) or (Origin("project", ("owner",)),)
    return OwnershipRule(
        path, team, tuple(sorted({claim.kind for claim in claim_list if claim.kind})), origins, handles
    )


def _missing_handle_findings(fleet: Fleet, rules: Sequence[OwnershipRule]) -> Iterator[Finding]:
    """Teams that own a file and have no handle: a rule without owners would allow anybody to change the file."""
    portfolio = fleet.portfolio
    project = portfolio.project
    if not project.data.get("owner"):
        message, help_ = (
            "files without a team of their own have no owner",
            "add `owner: …` with the name of the Team that owns the project",
        )
        yield Finding(codes.NO_CODE_OWNER, message, project.document.location(("name",)), project.subject, help_)
    for team in sorted({rule.team for rule in rules if rule.team and not rule.handles}):
        spec = portfolio.by_kind("Team").get(team)
        if spec is None:
            continue
        paths = [rule.path or "files without a team of their own" for rule in rules if rule.team == team]
        more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
        message = f"{team} owns {paths[0]}{more}, but has no handle on the code forge"
        location = spec.document.location(("name",))
        subject = Subject("Team", team, None, ("codeOwners",))
        yield Finding(codes.NO_CODE_OWNER, message, location, subject, 'add `codeOwners: ["@…"]`')
