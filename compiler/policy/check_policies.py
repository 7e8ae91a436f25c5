"""What is wrong with policies themselves: with their names, conditions, controls, and what they select."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from compiler import codes
from compiler.diagnostics import Finding
from compiler.policy.controls import Controls
from compiler.policy.findings import of_policy
from compiler.policy.library import Library
from compiler.policy.policy import Policy
from compiler.policy.rules import Rules
from compiler.resolve.fleet import Fleet
from compiler.resolve.lifecycle import ALL_STAGES
from compiler.values import Json, Pointer, as_list, as_object, as_str
from compiler.words import nearest

if TYPE_CHECKING:
    from compiler.policy.examples import Outcome


def check_policies(
    library: Library, rules: Rules, controls: Controls, selected: AbstractSet[str], fleet: Fleet
) -> Iterator[Finding]:
    """Findings about the project's own policies; those that are shipped are held to the same by their tests."""
    for policy in library.own:
        if library.is_taken(policy):
            what = f"the pack `{policy.pack}`" if policy.pack else f"`{policy.id}`"
            yield of_policy(policy, codes.POLICY_NAME_TAKEN, f"{what} came with Modelyard", "name")
            continue
        yield from alone(policy, rules, controls, fleet)
    for name in library.everywhere:
        policies = library.named(name)
        if (
            policies
            and not any(policy.id in selected for policy in policies)
            and not fleet.portfolio.has_broken("Model")
        ):
            yield from _nothing(name, policies, fleet)


def tested(
    policy: Policy, rules: Rules, controls: Controls, fleet: Fleet
) -> "tuple[Outcome | None, tuple[Finding, ...]]":
    """What came of a policy's examples, and all that is wrong with it; no outcome where it cannot be asked."""
    found = tuple(alone(policy, rules, controls, fleet))
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
    yield from _names(policy, fleet)
    for index, control in enumerate(as_list(policy.data.get("controls"))):
        if not controls.knows(as_str(control)):
            yield _unknown_control(policy, index, as_str(control), controls)
    if not mistakes:
        yield from _run(policy, rules, fleet).findings


def _run(policy: Policy, rules: Rules, fleet: Fleet) -> "Outcome":
    from compiler.policy.examples import run  # noqa: PLC0415 - examples of what is shipped are run by its tests

    return run(policy, rules, fleet.language)


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


def _nothing(name: str, policies: tuple[Policy, ...], fleet: Fleet) -> Iterator[Finding]:
    project = fleet.portfolio.project
    index = [as_str(one) for one in as_list(project.data.get("policies"))].index(name)
    what = (
        f"none of the {len(policies)} policies of `{name}` selects a model"
        if len(policies) > 1
        else f"`{name}` selects no model"
    )
    place, subject = project.document.place(("policies", index)), project.subject
    yield Finding(codes.SELECTS_NOTHING, what, place, subject, codes.SELECTS_NOTHING.remedy)
