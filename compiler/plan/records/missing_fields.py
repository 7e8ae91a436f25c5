"""What records of models have to say, and what of it nobody has said: who has to, and at which line."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Pointer, as_object, as_str
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.matching.emitter_evaluation import variables
from compiler.plan.matching.emitter_selection import takers
from compiler.plan.planning_services import Planner
from compiler.plan.records.record_fields import Fact, asked
from compiler.plan.records.record_subject import tell
from compiler.resolve.resolved_model import ResolvedModel


@dataclass(frozen=True, eq=False)
class Record:
    """What one emitter asks of a model; its regime is empty where it is for none."""

    id: str
    title: str
    regime: str
    facts: tuple[Fact, ...]

    @property
    def missing(self) -> tuple[Fact, ...]:
        """The facts that nobody has said."""
        return tuple(fact for fact in self.facts if fact.is_missing)

    def of(self, owners: frozenset[str]) -> "Record":
        """The same with what these Teams have to say alone; none stands for all."""
        kept = tuple(fact for fact in self.facts if not owners or fact.asked_of.owner in owners)
        return replace(self, facts=kept)


@dataclass(frozen=True)
class Gap:
    """A field that nobody has filled in, and the records that ask for it."""

    fact: Fact
    records: tuple[Record, ...]
    sources: tuple[str, ...]

    @property
    def owner(self) -> str:
        """The Team that has to say it; empty for the project."""
        return self.fact.asked_of.owner

    @property
    def key(self) -> tuple[str, str, Pointer]:
        """The document and the field."""
        return self.fact.key


@dataclass(frozen=True)
class ModelStatus:
    """What is asked of a model, record by record."""

    model: ResolvedModel
    records: tuple[Record, ...]

    @property
    def owner(self) -> str:
        """The Team that answers for the model."""
        return as_str(self.model.data.get("owner"))

    @property
    def tier(self) -> str:
        """Its tier of risk; empty where nobody has said."""
        return as_str(as_object(as_object(self.model.data.get("governance")).get("risk")).get("tier"))

    def narrowed(self, regimes: frozenset[str], owners: frozenset[str]) -> "ModelStatus":
        """The same with the records for these regimes alone, and what these Teams have to say; none stands for all."""
        kept = (record.of(owners) for record in self.records if not regimes or record.regime in regimes)
        return replace(self, records=tuple(record for record in kept if record.facts))

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """Every field that nobody has filled in, once, in order of the records that ask for it."""
        found: dict[tuple[str, str, Pointer], list[tuple[Record, Fact]]] = {}
        for record in self.records:
            for fact in record.missing:
                found.setdefault(fact.key, []).append((record, fact))
        return tuple(_gap(asking) for asking in found.values())


def _gap(asking: Sequence[tuple[Record, Fact]]) -> Gap:
    records = tuple(dict.fromkeys(record for record, _ in asking))
    return Gap(asking[0][1], records, tuple(dict.fromkeys(fact.source for _, fact in asking if fact.source)))


def status(planner: Planner, names: Iterable[str]) -> Iterator[ModelStatus | Finding]:
    """The status of each of these models, and what keeps one from being told."""
    for name in names:
        places: list[ResolvedModel] = []
        for environment in planner.fleet.places(name):
            model, findings = planner.fleet.resolve(name, environment)
            yield from (finding for finding in findings if finding.mandatory)
            places += [model] if model else []
        if places:
            yield from status_of(planner, places)


def status_of(planner: Planner, places: Sequence[ResolvedModel]) -> Iterator[ModelStatus | Finding]:
    """The status of a model, and what keeps a record from being asked; `places`: the model where it is judged."""
    told = tell(planner, places)
    records: list[Record] = []
    for emitter in takers(planner, told.model, filter(_asks, planner.others)):
        if isinstance(emitter, Finding):
            yield emitter
            continue
        if not _makes_some(planner, emitter, told.model):
            continue
        facts: list[Fact] = []
        for fact in asked(planner, emitter, told):
            if isinstance(fact, Finding):
                yield fact
            else:
                facts.append(fact)
        if facts:
            records.append(Record(emitter.id, emitter.title, as_str(emitter.data.get("regime")), tuple(facts)))
    yield ModelStatus(told.model, tuple(records))


def _asks(emitter: Emitter) -> bool:
    return "facts" in emitter.data


def _makes_some(planner: Planner, emitter: Emitter, model: ResolvedModel) -> bool:
    """Whether the emitter makes a record of the model, or may: what no record says is not missing."""
    rules = [rule for rule in emitter.files if rule.per in {"model", "release"}]
    if not rules or any(rule.when is None for rule in rules):
        return True
    data = variables(planner, model, emitter)
    asked = (planner.conditions.holds(emitter, rule.when or "", (*rule.pointer, "when"), data) for rule in rules)
    return any(held is not False for held in asked)


def regimes(planner: Planner) -> Mapping[str, str]:
    """The regimes that emitters are for, each with the title of the first."""
    found: dict[str, str] = {}
    for emitter in planner.emitters.by_id.values():
        if "regime" in emitter.data:
            found.setdefault(as_str(emitter.data["regime"]), emitter.title)
    return found
