"""Which models, environments, owners and artifacts a change reaches, and by what.

What a model may depend on is compared first, generously; what depends on it is then rendered in both states, so that an artifact is
named exactly where its bytes differ. `tests/review` holds this against rendering both states whole. Statements about other files, such as
provenance, are left out: they are others with each byte of each spec that they name, whatever is deployed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.pipeline.session import Run, build
from compiler.plan.planning import Scope
from compiler.policy.baseline import can_be_known
from compiler.review.project_snapshot import Key, Seen

NEW, GONE, RENDERED = "new", "gone", "artifacts"


@dataclass(frozen=True, slots=True, order=True)
class Artifact:
    """A file that is another: where it lies below the output folder, or where it is committed, and whose it is."""

    path: str
    change: str
    environment: str = ""
    model: str = ""
    committed: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Touched:
    """A model that is another in an environment (empty: it runs nowhere), why, and who answers for it."""

    model: str
    environment: str
    owners: tuple[str, ...]
    path: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Affected:
    """All that a change reaches; `artifacts` is `None` where one of the two states cannot be rendered."""

    touched: tuple[Touched, ...]
    artifacts: tuple[Artifact, ...] | None
    order: tuple[str, ...]

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the models that are still there."""
        return tuple(dict.fromkeys(one.model for one in self.touched if GONE not in one.reasons))

    @property
    def owners(self) -> tuple[str, ...]:
        """The teams that answer for what is touched."""
        return tuple(sorted({owner for one in self.touched for owner in one.owners}))

    @property
    def environments(self) -> tuple[str, ...]:
        """The environments in which something is another, in order of promotion."""
        named = {one.environment for one in self.touched} | {one.environment for one in self.artifacts or ()}
        return tuple(name for name in self.order if name in named)

    @property
    def rendered(self) -> tuple[str, ...]:
        """The environments whose rendered tree is another; those that may be, where nobody can tell."""
        if self.artifacts is None:
            return self.order
        named = {one.environment for one in self.artifacts if not one.committed}
        return tuple(name for name in self.order if name in named)


def affected(before: Run | None, after: Run) -> Affected:
    """What is another in the second state; `before` is `None` where there was no project yet."""
    old, new = Seen(before) if before else None, Seen(after)
    reasons = {key: _reasons(old, new, key) for key in _keys(old, new)}
    wanted = frozenset(key for key, why in reasons.items() if why or _is_moved(old, new, key))
    artifacts = _artifacts(before, after, wanted)
    rendered = {(one.model, one.environment) for one in artifacts or ()}
    touched = []
    for key in sorted(wanted, key=lambda one: (one[0], one[1] or "")):
        why = list(reasons[key])
        if artifacts is None or not rendered.isdisjoint({(key[0], key[1] or ""), (key[0], "")}):
            why.append(RENDERED)
        if why:
            touched.append(_touched(old, new, key, why))
    return Affected(tuple(touched), artifacts, after.fleet.environments)


def _keys(old: Seen | None, new: Seen) -> tuple[Key, ...]:
    return tuple(dict.fromkeys((*(old.keys if old else ()), *new.keys)))


def _reasons(old: Seen | None, new: Seen, key: Key) -> tuple[str, ...]:
    """The words for what is another with a model itself, in the order in which it is said."""
    if old is None or key not in old:
        return (NEW,)
    if key not in new:
        return (GONE,)
    was, now = old.reasons(key), new.reasons(key)
    before, after = old.referred(key), new.referred(key)
    own = [word for word in {**now, **was} if was.get(word) != now.get(word)]
    return (*own, *(word for word in after if before.get(word, after[word]) != after[word]))


def _is_moved(old: Seen | None, new: Seen, key: Key) -> bool:
    """Whether something around the model is another, so that its artifacts may be."""
    return old is None or old.around(key) != new.around(key)


def _touched(old: Seen | None, new: Seen, key: Key, why: list[str]) -> Touched:
    sides = [side for side in (new, old) if side is not None and key in side]
    owners = dict.fromkeys(filter(None, (side.owner(key) for side in sides)))
    return Touched(key[0], key[1] or "", tuple(owners), sides[0].path(key[0]), tuple(dict.fromkeys(why)))


def _artifacts(before: Run | None, after: Run, wanted: frozenset[Key]) -> tuple[Artifact, ...] | None:
    """The files that differ, of the models that may be others and of what is made of all."""
    names = {name for name, _ in wanted}

    def scope(model: str, environment: str) -> bool:
        return not model or (model, environment) in wanted or (not environment and model in names)

    old, new = _made(before, scope) if before else {}, _made(after, scope)
    if old is None or new is None:
        return None
    return tuple(sorted(_differing(old, new)))


@dataclass(frozen=True, slots=True)
class _Made:
    unit: str
    content: bytes
    committed: bool


def _made(run: Run, scope: Scope) -> Mapping[str, _Made] | None:
    built = build(run, scope, despite_policies=True)
    if any(finding.mandatory and not can_be_known(finding) for finding in built.findings):
        return None
    return {
        file.commit_path or file.path: _Made(unit.id, file.content, file.commit_path is not None)
        for unit in built.units
        for file in unit.files
        if file.commit_path is not None or not run.emitters.by_id[file.emitter].only_tells
    }


def _differing(old: Mapping[str, _Made], new: Mapping[str, _Made]) -> Iterator[Artifact]:
    for path in old.keys() | new.keys():
        was, now = old.get(path), new.get(path)
        if was and now and was.content == now.content:
            continue
        made = now or was
        if made is not None:
            change = "changed" if was and now else "created" if now else "removed"
            environment, _, model = made.unit.partition("/")
            yield Artifact(path, change, "" if "." in environment else environment, model, made.committed)
