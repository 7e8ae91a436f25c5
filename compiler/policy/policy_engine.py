"""Every model that is shown to it is judged by the policies that bind it; what only the whole shows is told at the end."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Place, Status, Subject
from compiler.foundation.json_data import Json, Object, Pointer, as_list, as_str, dotted
from compiler.policy import policy_findings as told
from compiler.policy.binding import Binding, bindings
from compiler.policy.controls import Controls
from compiler.policy.enforcement import Decision, decide
from compiler.policy.match_cache import Chosen, Selection
from compiler.policy.policy_checks import Bound, check_policies, tested
from compiler.policy.policy_definition import Breach, Policy
from compiler.policy.policy_inputs import ABOUT, Seen, schemas
from compiler.policy.policy_library import Library
from compiler.policy.result_reuse import Alike
from compiler.policy.rule_evaluator import Rules
from compiler.policy.secret_detection import SUSPECTS, Detectors
from compiler.policy.suppressions import Suppressions
from compiler.policy.waiver_scope import Spelled
from compiler.policy.waivers import Waivers
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel
from compiler.source.tree import Tree
from compiler.spec.portfolio import ANY_KIND, Portfolio

if TYPE_CHECKING:
    from compiler.policy.policy_examples import Outcome

_EVERY = ""
"""Stands for all models."""
Blame = Callable[[Pointer], tuple[Pointer, Place] | None]
"""What of a model a value of a rendered object was made of, and where that stands."""


@dataclass(frozen=True, slots=True)
class Base:
    """The state that a change began from: its day, and which models the change touches."""

    day: date
    touches: Callable[[str, str | None], bool]


class Judge:
    """The policies of a fleet on a day."""

    def __init__(
        self, fleet: Fleet, shipped: Tree, as_of: date, base: Base | None = None, laws: Portfolio | None = None
    ) -> None:
        """`laws`: whose policies and waivers are asked; the fleet's own where it is left out."""
        laws = laws or fleet.portfolio
        self._laws = laws
        self.fleet = fleet
        self.as_of = as_of
        self.base = base
        self.library = Library(laws, shipped)
        self.rules = Rules(schemas(fleet.language))
        self._strict = Rules(schemas(fleet.language), checked=True)
        self.waivers = Waivers(fleet, self.library, as_of, laws)
        self._suppressions = Suppressions(fleet.portfolio)
        self.controls = Controls(shipped, fleet.tree, laws.folder("schemas"))
        self._detectors = Detectors()
        self._selected: set[str] = set()
        self._unjudged: dict[str, Policy] = {}
        self._on_rendered: set[str] = set()
        self._failed: set[tuple[str, str]] = set()
        self._seen: list[Seen] = []
        self._selection = Selection()
        self._alike = {False: Alike(), True: Alike()}
        self._met: set[str] = set()

    def judge(self, model: ResolvedModel) -> Iterator[Finding]:
        """What a model breaks where it runs."""
        seen = Seen(self.fleet, model, self._detectors, model.release)
        if self.library.looks_further(model):
            self._seen.append(seen)
        chosen = self._chosen(seen, self.library.bound(model), self.library.names(model))
        policies = self._known_enough(model, self._judgeable(chosen.on_model))
        self._on_rendered |= chosen.on_rendered
        self._selected |= chosen.unconditional
        if policies:
            yield from self._decided(seen, self._breaches(seen, policies))
        if model.canary is not None:
            beside = Seen(self.fleet, model, self._detectors, model.canary)
            of_releases = tuple(policy for policy in policies if self.rules.compiled(policy).looks_at_releases)
            yield from self._decided(beside, self._breaches(beside, of_releases)) if of_releases else ()

    def judge_object(self, model: ResolvedModel, path: str, rendered: Object, blame: Blame) -> Iterator[Finding]:
        """What a rendered object of a model breaks; `blame` says what of the spec a value of it was made of."""
        seen = Seen(self.fleet, model, self._detectors, model.release)
        bound = [
            policy for policy in self.library.bound(model) if policy.on == "rendered" and _is_for(policy, rendered)
        ]
        policies = self._chosen(seen, bound, tuple(policy.id for policy in bound)).policies
        if not policies:
            return
        self._met |= {policy.id for policy in policies}
        group = self.rules.group(policies)
        variables: dict[str, Json] = {**seen.variables(group.reads), "object": rendered}
        for breach in self.rules.breaches(group, variables):
            if breach.failed or breach.root != "object":
                yield from self._decided(seen, iter((breach,)))
                continue
            where = dotted(breach.pointer)
            told_of = replace(breach, message=f"{path}{f': {where}' if where else ''}: {breach.message}")
            blamed = blame(breach.pointer)
            yield from self._decided(seen, iter((told_of,)), blamed or ((), model.spec.document.place(("name",))))

    def tested(self, policy: Policy) -> "tuple[Outcome | None, tuple[Finding, ...]]":
        """What came of a policy's examples, and all that is wrong with it. Types are checked of a shipped one, too."""
        return tested(policy, self._strict, self.controls, self.fleet, self.as_of)

    def findings(self) -> Iterator[Finding]:
        """What the fleet breaks as a whole, and what is wrong with policies and waivers themselves."""
        bound = tuple(bindings(self.fleet.portfolio))
        yield from self._fleet()
        yield from self._unknown(bound)
        for policy in self._unjudged.values():
            yield told.not_judged(policy, self.as_of)
        yield from check_policies(self.library, self.rules, self.controls, Bound(bound, self._selected), self.fleet, self.as_of)
        yield from self.waivers.findings()

    @property
    def on_rendered(self) -> tuple[str, ...]:
        """Policies that are for models that were judged, and are asked of what is rendered of them."""
        return tuple(sorted(self._on_rendered))

    def could_ask(self, id_: str, model: str) -> bool:
        """Whether a policy could be asked of a model: the language does not refuse it, and its conditions came to something."""
        policies = self.library.named(id_)
        if not policies:
            return self._laws.broken.isdisjoint(
                {("Policy", id_.rpartition("/")[2]), (ANY_KIND, id_.rpartition("/")[2])}
            )
        if id_ in self._unjudged or any(self.rules.compiled(policy).mistakes for policy in policies):
            return False
        return self._failed.isdisjoint({(id_, model), (id_, _EVERY)})

    def unused(self, *, rendered: bool) -> Iterator[Finding]:
        """Waivers and comments that except nothing; `rendered`: objects were judged as well as models."""

        def is_asked(name: str) -> bool:
            return rendered or all(policy.on != "rendered" for policy in self.library.named(name))

        yield from self.waivers.unused(is_asked)
        for policy in (p for p in self.library.own if rendered and p.id in self._on_rendered and p.id not in self._met):
            yield told.of_policy(
                policy, codes.SELECTS_NOTHING, "no object that was rendered is of its kinds", "objects"
            )
        yield from self._suppressions.findings(is_asked, self._is_one)

    def _is_one(self, name: str) -> bool:
        """Whether a name is that of one policy."""
        return any(policy.id == name for policy in self.library.named(name))

    def _known_enough(self, model: ResolvedModel, policies: tuple[Policy, ...]) -> tuple[Policy, ...]:
        """Those that look at no document which is broken: that it lacks something is no second mistake."""
        portfolio = self.fleet.portfolio
        if not portfolio.broken:
            return policies
        broken = {root for root, (kind, field) in ABOUT.items() if portfolio.is_broken(kind, as_str(model.data.get(field)))}
        left_out = {policy.id for policy in policies if broken and not broken.isdisjoint(self.rules.compiled(policy).reads)}
        self._failed |= {(id_, model.name) for id_ in left_out}
        return tuple(policy for policy in policies if policy.id not in left_out)

    def _chosen(self, seen: Seen, policies: Sequence[Policy], names: tuple[str, ...]) -> Chosen:
        environment = seen.model.environment.data if seen.model.environment else {}
        return self._selection.of(
            policies, names, seen.model.data, environment, lambda: seen.document("UseCase", "useCase")
        )

    def decision(self, seen: Seen, breach: Breach, spelled: Spelled) -> Decision | None:
        """What a breach decides; `spelled`: the value as waivers may name it."""
        grants = self.waivers.of(seen.model, breach.policy)
        decision = decide(breach.policy, seen.model.environment, spelled if grants else (), grants, self.as_of)
        if decision is not None and decision.grant is not None:
            self.waivers.used(decision.grant, seen.model, breach.policy, spelled)
        return decision

    def _breaches(self, seen: Seen, policies: tuple[Policy, ...]) -> Iterator[Breach]:
        """What breaks the policies; of those that see nothing new in this environment, what was found in the last one."""
        group = self.rules.group(policies)
        variables = seen.variables(group.reads)
        alike = self._alike[seen.release is not None and seen.release is seen.model.canary]
        known = alike.known(seen.model.name, group, variables)
        asked = tuple([policy for policy in policies if policy.id not in known.policies]) if known.policies else policies
        found: dict[str, list[Breach]] = {}
        if asked:
            new = self.rules.group(asked)
            answers = new.asked(variables)
            unseen = () if new.ids <= self._selected else [one for one in asked if one.id not in self._selected]
            self._selected |= {policy.id for policy in unseen if self.rules.selects(policy, answers) is True}
            for breach in self.rules.breaches(new, variables, answers):
                found.setdefault(breach.policy.id, []).append(breach)
        broken = {**known.breaches, **found}
        alike.remember(replace(known, policies=group.ids, breaches=broken))
        for policy in policies if broken else ():
            yield from broken.get(policy.id, ())

    def _decided(
        self, seen: Seen, breaches: Iterator[Breach], blamed: tuple[Pointer, Place] | None = None
    ) -> Iterator[Finding]:
        for breach in breaches:
            if breach.failed:
                self._failed.add((breach.policy.id, seen.model.name))
                yield told.failed(seen, breach)
                continue
            spelled = told.spelled(seen, breach, blamed)
            decision = self.decision(seen, breach, spelled)
            if decision is not None:
                yield self.final(seen, breach, spelled, decision, told.finding(seen, breach, decision, blamed))

    def final(self, seen: Seen, breach: Breach, spelled: Spelled, decision: Decision, found: Finding) -> Finding:
        """The finding, once the calendar and comments were heard."""
        if decision.fails and self.base is not None:
            model = seen.model
            where = model.environment.name if model.environment else None
            grants = self.waivers.of(model, breach.policy)
            before = decide(breach.policy, model.environment, spelled, grants, self.base.day)
            if not (before is not None and before.fails) and not self.base.touches(model.name, where):
                found = told.by_calendar(found, self.base.day)
        reason = self._suppressions.reason(found) if found.status is Status.OPEN else None
        return found if reason is None else replace(found, status=Status.WAIVED, because=reason)

    def _judgeable(self, policies: tuple[Policy, ...]) -> tuple[Policy, ...]:
        """Those that need no package that is not here."""
        if self._detectors.are_here:
            return policies
        needy = {policy.id: policy for policy in policies if SUSPECTS in self.rules.compiled(policy).reads}
        self._unjudged |= needy
        return tuple(policy for policy in policies if policy.id not in needy)

    def _fleet(self) -> Iterator[Finding]:
        """Policies on the fleet, asked once of all the models that they select."""
        policies = {p.id: p for seen in self._seen for p in self.library.bound(seen.model) if p.on == "fleet"}
        for policy in policies.values():
            chosen = [seen for seen in self._seen if self._chosen(seen, [policy], (policy.id,)).policies]
            if chosen:
                self._selected.add(policy.id)
            variables: dict[str, Json] = {"models": [seen.entry() for seen in chosen]}
            for breach in self.rules.breaches(self.rules.group([policy]), variables):
                index = breach.pointer[0] if breach.pointer and isinstance(breach.pointer[0], int) else None
                if breach.failed and index is None:
                    self._failed.add((policy.id, _EVERY))
                    yield told.failed_on_fleet(breach)
                    continue
                if index is None or index >= len(chosen):
                    yield from self._of_all(breach, chosen)
                    continue
                root = str(breach.pointer[1]) if len(breach.pointer) > 1 else "model"
                own = replace(breach, root=root, pointer=breach.pointer[2:])
                yield from self._decided(chosen[index], iter((own,)))

    def _of_all(self, breach: Breach, chosen: Sequence[Seen]) -> Iterator[Finding]:
        """What is wrong with the fleet as a whole, and with no model of it: at the rule, as strictly as any of the models is held."""
        decisions = [found for seen in chosen if (found := self.decision(seen, breach, ((),))) is not None]
        worst = next((found for found in decisions if found.fails), decisions[0] if decisions else None)
        if worst is not None:
            yield told.of_fleet(breach, worst)

    def _unknown(self, bound: Sequence[Binding]) -> Iterator[Finding]:
        """Names of policies that nobody has, where somebody binds them."""
        for spec, pointer, name in bound:
            if not self.library.named(name) and not self.fleet.portfolio.knows("Policy", name):
                subject = Subject(spec.kind, spec.name, None, pointer)
                yield self.library.unknown(name, spec.document.place(pointer), subject)


def _is_for(policy: Policy, rendered: Object) -> bool:
    objects = policy.data.get("objects")
    kinds = objects.get("kinds") if isinstance(objects, dict) else None
    return kinds is None or rendered.get("kind") in as_list(kinds)
