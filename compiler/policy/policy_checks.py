"""What is wrong with policies themselves: with their names, conditions, controls, and what they select."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Subject
from compiler.foundation.json_data import Json, Pointer, as_list, as_object, as_str
from compiler.foundation.suggestions import nearest
from compiler.policy.binding import Binding
from compiler.policy.controls import Controls
from compiler.policy.policy_definition import Policy
from compiler.policy.policy_findings import not_judged, of_policy
from compiler.policy.policy_library import Library
from compiler.policy.rule_evaluator import Rules
from compiler.policy.secret_detection import SUSPECTS, is_here
from compiler.resolve.fleet import Fleet
from compiler.resolve.lifecycle import ALL_STAGES

if TYPE_CHECKING:
    from compiler.policy.policy_examples import Outcome


class Bound(NamedTuple):
    """Where names of policies are bound, and the ids of those that were for a model."""

    bindings: Sequence[Binding]
    selected: AbstractSet[str]


def check_policies(
    library: Library, rules: Rules, controls: Controls, said: Bound, fleet: Fleet, as_of: date
) -> Iterator[Finding]:
    """Findings about the project's own policies; those that are shipped are held to the same by their tests."""
    bound = {policy.id for name in {one.name for one in said.bindings} for policy in library.named(name)}
    yield from controls.findings()
    packs = {policy.pack for policy in library.own if policy.pack}
    may_bind = any(map(fleet.portfolio.has_broken, ("Model", "Defaults", "Environment")))
    for policy in library.own:
        if library.is_taken(policy):
            what = f"the pack `{policy.pack}`" if policy.pack else f"`{policy.id}`"
            yield of_policy(policy, codes.POLICY_NAME_TAKEN, f"{what} came with Modelyard", "name")
            continue
        if policy.id in packs:
            message = f"`{policy.id}` is a pack of this project"
            yield of_policy(policy, codes.POLICY_NAME_TAKEN, message, "name")
        yield from alone(policy, rules, controls, fleet)
        yield from _idle(policy, as_of, is_bound=may_bind or policy.id in bound)
    if not fleet.portfolio.has_broken("Model"):
        yield from _in_vain(library, said)


def _in_vain(library: Library, said: Bound) -> Iterator[Finding]:
    """Names that are bound and select nobody, and policies of a pack of one's own that do while others of it select somebody."""
    for one in said.bindings:
        policies = library.named(one.name)
        idle = [policy for policy in policies if policy.id not in said.selected]
        if policies and len(idle) == len(policies):
            yield _nothing(one, policies)
        else:
            for policy in idle:
                if not policy.shipped:
                    yield of_policy(policy, codes.SELECTS_NOTHING, "it selects no model", "match")


def tested(
    policy: Policy, rules: Rules, controls: Controls, fleet: Fleet, as_of: date
) -> "tuple[Outcome | None, tuple[Finding, ...]]":
    """What came of a policy's examples, and all that is wrong with it; no outcome where it cannot be asked."""
    found = tuple(alone(policy, rules, controls, fleet))
    if not found and _needs_detectors(policy, rules):
        return None, (not_judged(policy, as_of),)
    can_be_asked = (policy.rules or "schema" in policy.data) and not rules.compiled(policy).mistakes
    return _run(policy, rules, fleet) if can_be_asked else None, found


def alone(policy: Policy, rules: Rules, controls: Controls, fleet: Fleet) -> Iterator[Finding]:
    """What is wrong with one policy: nothing of it is judged by other documents but what it names."""
    if not policy.rules and "schema" not in policy.data:
        yield of_policy(
            policy, codes.BAD_POLICY, "it has neither `schema` nor `rules`", "name", help_="add one of the two"
        )
        return
    mistakes = rules.compiled(policy).mistakes
    yield from mistakes
    if policy.on != "rendered" and "objects" in policy.data:
        yield of_policy(policy, codes.BAD_POLICY, "`objects` are rendered, and it is not", "objects", help_="say `on: rendered`")
    yield from _names(policy, fleet)
    yield from _days(policy)
    for index, control in enumerate(as_list(policy.data.get("controls"))):
        if not controls.knows(as_str(control)):
            yield _unknown_control(policy, index, as_str(control), controls)
    if not mistakes and not _needs_detectors(policy, rules):
        yield from _run(policy, rules, fleet).findings


def _needs_detectors(policy: Policy, rules: Rules) -> bool:
    """Whether it asks what looks like a secret, and there are no detectors: its examples would show nothing."""
    return SUSPECTS in rules.compiled(policy).reads and not is_here()


def _run(policy: Policy, rules: Rules, fleet: Fleet) -> "Outcome":
    from compiler.policy.policy_examples import run  # noqa: PLC0415 - examples of what is shipped are run by its tests

    return run(policy, rules, fleet.language)


def _idle(policy: Policy, as_of: date, *, is_bound: bool) -> Iterator[Finding]:
    """A policy that holds nobody to anything any more, or yet."""
    ends = policy.day("inForce", "to")
    if not is_bound:
        help_ = f"name `{policy.id}` under `policies` of the project, of a folder's defaults or of a model, or remove it"
        yield of_policy(policy, codes.SELECTS_NOTHING, "nobody is bound by it", "name", help_=help_)
    elif ends is not None and ends < as_of:
        help_ = "remove it, or say a later day"
        yield of_policy(
            policy, codes.SELECTS_NOTHING, f"it ended on {ends.isoformat()}", "inForce", "to", help_=help_
        )


def _days(policy: Policy) -> Iterator[Finding]:
    """Days that contradict each other."""
    begins, ends, mandatory = policy.day("inForce", "from"), policy.day("inForce", "to"), policy.day("mandatoryFrom")
    if ends is not None and begins is not None and ends < begins:
        yield of_policy(policy, codes.BAD_POLICY, "it ends before it begins", "inForce", "to")
    said = {policy.code.enforcement.value, *as_object(policy.data.get("enforcementIn")).values()}
    if mandatory is not None and "mandatory" not in said:
        message = f"it is mandatory from {mandatory.isoformat()}, and `enforcement` says that it is advisory"
        yield of_policy(policy, codes.BAD_POLICY, message, "mandatoryFrom", help_="leave out one of the two")
    elif ends is not None and mandatory is not None and ends < mandatory:
        message = f"it ends on {ends.isoformat()}, before it is mandatory"
        yield of_policy(policy, codes.BAD_POLICY, message, "mandatoryFrom")


def _names(policy: Policy, fleet: Fleet) -> Iterator[Finding]:
    """Types and environments that a policy speaks of are known."""
    places = (*fleet.portfolio.of("Environment"), *ALL_STAGES)
    where, types = "Environment and no stage", "type of model"
    named: list[tuple[Pointer, str, str, Sequence[str]]] = [
        *((("match", "types", at), as_str(name), types, fleet.language.types) for at, name in _listed(policy, "types")),
        *((("match", "environments", at), as_str(name), where, places) for at, name in _listed(policy, "environments")),
        *((("enforcementIn", name), name, where, places) for name in as_object(policy.data.get("enforcementIn"))),
    ]
    for pointer, name, what, known in named:
        if name not in known:
            near = nearest(name, known)
            help_ = f"did you mean `{near}`?" if near else f"one of: {', '.join(known)}"
            yield of_policy(policy, codes.BAD_POLICY, f"there is no {what} `{name}`", *pointer, help_=help_)


def _listed(policy: Policy, key: str) -> Iterator[tuple[int, Json]]:
    return enumerate(as_list(policy.match.get(key)))


def _unknown_control(policy: Policy, index: int, control: str, controls: Controls) -> Finding:
    framework, _, id_ = control.partition(":")
    known = controls.frameworks()
    if framework not in known:
        near = nearest(framework, known)
        message = f"there is no catalogue `{framework}`"
        help_ = f"did you mean `{near}:{id_}`?" if near else f"one of: {', '.join(known)}"
    else:
        near = nearest(id_, controls.of(framework))
        message = f"{framework} has no control `{id_}`"
        help_ = f"did you mean `{framework}:{near}`?" if near else codes.UNKNOWN_CONTROL.remedy
    return of_policy(policy, codes.UNKNOWN_CONTROL, message, "controls", index, help_=help_)


def _nothing(one: Binding, policies: tuple[Policy, ...]) -> Finding:
    what = f"none of the {len(policies)} policies of `{one.name}` selects" if len(policies) > 1 else f"`{one.name}` selects no"
    message = f"{what} a model" if len(policies) > 1 else f"{what} model"
    subject = Subject(one.spec.kind, one.spec.name, None, one.pointer)
    place = one.spec.document.place(one.pointer)
    return Finding(codes.SELECTS_NOTHING, message, place, subject, codes.SELECTS_NOTHING.remedy)
