"""From what breaks a policy to findings at the line of the model that somebody must edit."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date

from compiler.cel import TOO_MANY
from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Enforcement, Finding, Note, Place, Subject
from compiler.foundation.json_data import Json, Pointer
from compiler.policy.enforcement import Decision, strictest
from compiler.policy.policy_definition import Breach, Policy
from compiler.policy.policy_inputs import Seen
from compiler.policy.value_paths import by_name
from compiler.policy.waiver_scope import Spelled

_SHOWN = 3


def spelled(seen: Seen, breach: Breach, blamed: tuple[Pointer, Place] | None = None) -> Spelled:
    """The value at fault as waivers may name it; `blamed`: where what was rendered came from."""
    pointer = blamed[0] if blamed else seen.blamed(breach.root, breach.pointer)[0]
    named = by_name(pointer, dict(seen.model.data)) if blamed else _named(seen, breach, pointer)
    return (named, pointer)


def _named(seen: Seen, breach: Breach, pointer: Pointer) -> Pointer:
    if not any(isinstance(part, int) for part in pointer):
        return pointer
    model = seen.model
    data: Json = dict(model.data) if breach.root in {"model", "amounts"} else dict(model.spec.data)
    return by_name(pointer, data)


def finding(seen: Seen, breach: Breach, decision: Decision, blamed: tuple[Pointer, Place] | None = None) -> Finding:
    """The finding for a breach that was decided; `blamed`: where what was rendered came from."""
    model, code = seen.model, breach.policy.code
    pointer, place = blamed or seen.blamed(breach.root, breach.pointer)
    environment = model.environment.name if model.environment and _is_of_environment(seen, breach) else None
    found = Finding(
        code=code if code.enforcement is decision.enforcement else replace(code, enforcement=decision.enforcement),
        message=f"{seen.title}: {breach.message}",
        place=place,
        subject=Subject("Model", model.name, environment, pointer),
        help=code.remedy,
        status=decision.status,
        anchor=_named(seen, breach, pointer) if blamed is None else None,
        rule=_rule(breach),
        environments=(model.environment.name,) if model.environment and environment is None else (),
    )
    if decision.grant is None:
        return found
    said = decision.grant.spec.data
    because = f"{said['reason']} ({said['ticket']}, until {said['expires']})"
    return replace(found, because=because, notes=(Note("waived here", decision.grant.spec.document.place(("name",))),))


def failed(seen: Seen, breach: Breach) -> Finding:
    """The finding for a rule that could not be asked: it is the policy's, whichever model showed it."""
    policy, model = breach.policy, seen.model
    message = f"it could not be asked: {breach.message}"
    return Finding(
        codes.POLICY_FAILED,
        f"{policy.id}: {message}",
        policy.place(*breach.rule),
        policy.spec.subject,
        codes.POLICY_FAILED.remedy,
        (Note(f"it was asked of {seen.title}", model.spec.document.place(("name",))),),
    )


def failed_on_fleet(breach: Breach) -> Finding:
    """The finding for a rule that could not be asked of the models together."""
    help_ = "say `by`, so that rules see one group of models at a time" if breach.message == TOO_MANY else None
    return of_policy(breach.policy, codes.POLICY_FAILED, breach.message, *breach.rule, help_=help_)


def of_fleet(breach: Breach, decision: Decision) -> Finding:
    """The finding for a fleet that breaks a policy as a whole: it is told at the rule, since no model is more at fault than another."""
    policy = breach.policy
    code = replace(policy.code, enforcement=decision.enforcement)
    return replace(of_policy(policy, code, breach.message, *breach.rule), status=decision.status, rule=_rule(breach))


def not_judged(policy: Policy, as_of: date) -> Finding:
    """The finding for a policy that needs a package that is not here: as grave as breaking it would be."""
    code = replace(codes.NOT_JUDGED, severity=policy.code.severity, enforcement=strictest(policy, as_of))
    return of_policy(policy, code, "it needs detectors of secrets, which are not installed", "name")


def by_calendar(found: Finding, since: date) -> Finding:
    """The finding where only a day that came has made it mandatory, and the change at hand has not touched the model."""
    because = f"advisory here: nothing of it changed since {since.isoformat()}, only the day"
    return replace(found, code=replace(found.code, enforcement=Enforcement.ADVISORY), because=because)


def of_policy(policy: Policy, code: Code, message: str, *pointer: str | int, help_: str | None = None) -> Finding:
    """A finding about a policy itself."""
    place: Place = policy.place(*pointer)
    subject = Subject("Policy", policy.spec.name, None, pointer)
    return Finding(code, f"{policy.id}: {message}", place, subject, help_ or code.remedy)


def settled(findings: Iterable[Finding], places: Callable[[str], Sequence[str | None]]) -> tuple[Finding, ...]:
    """Findings of a whole run, each once: what was found alike everywhere that a model runs (`places`) names no environment."""
    found: dict[Finding, list[str]] = {}
    unasked: dict[Finding, dict[Note, None]] = {}
    for one in findings:
        if one.code is codes.POLICY_FAILED:
            unasked.setdefault(replace(one, notes=()), {}).update(dict.fromkeys(one.notes))
        else:
            found.setdefault(replace(one, environments=()) if one.environments else one, []).extend(one.environments)
    told = (_told(one, where, places) for one, where in found.items())
    return (*told, *(_shortened(one, tuple(notes)) for one, notes in unasked.items()))


def _shortened(unasked: Finding, notes: tuple[Note, ...]) -> Finding:
    """What could not be asked, with a few of the models that showed it: the mistake is one."""
    if len(notes) <= _SHOWN:
        return replace(unasked, notes=notes)
    return replace(unasked, message=f"{unasked.message} ({len(notes)} models)", notes=notes[:_SHOWN])


def _told(one: Finding, where: Sequence[str], places: Callable[[str], Sequence[str | None]]) -> Finding:
    if not where or one.subject is None:
        return one
    everywhere = [place for place in places(one.subject.name) if place]
    seen = tuple(place for place in everywhere if place in where)
    return one if len(seen) == len(everywhere) else replace(one, environments=seen)


def _rule(breach: Breach) -> str:
    """What is asked: a condition by its text, so that another order of the rules changes nothing."""
    if breach.rule[:1] == ("rules",) and isinstance(breach.rule[1], int):
        return str(breach.policy.rules[breach.rule[1]].get("that"))
    return "/".join(map(str, breach.rule))


def _is_of_environment(seen: Seen, breach: Breach) -> bool:
    """Whether what set the value holds in one environment alone; of a whole model nothing is the environment's."""
    if not breach.pointer and breach.root in {"model", "amounts"}:
        return False
    if breach.root not in {"model", "amounts"}:
        return breach.root == "environment"
    said = next((one for one in seen.model.blame(breach.pointer) if one.layer.document), None)
    return said is not None and said.layer.pointer[:1] in {("environments",), ("overlay",)}
