"""From what breaks a policy to findings at the line of the model that somebody must edit."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from compiler import codes
from compiler.diagnostics import Code, Enforcement, Finding, Note, Place, Status, Subject
from compiler.expression import TOO_MANY
from compiler.policy.decide import Decision
from compiler.policy.paths import by_name
from compiler.policy.policy import Breach, Policy
from compiler.policy.subjects import Seen
from compiler.values import Json, Pointer


def anchor(seen: Seen, breach: Breach) -> Pointer:
    """The value at fault as waivers name it: elements of lists by their names."""
    return _named(seen, breach, seen.blamed(breach.root, breach.pointer)[0])


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
        message=f"{model.name}: {breach.message}",
        place=place,
        subject=Subject("Model", model.name, environment, pointer),
        help=code.remedy,
        status=decision.status,
        anchor=_named(seen, breach, pointer) if blamed is None else None,
        decided_in=model.environment.name if model.environment else None,
    )
    if decision.grant is None:
        return found
    said = decision.grant.spec.data
    because = f"{said['reason']} ({said['ticket']}, until {said['expires']})"
    return replace(found, because=because, notes=(Note("waived here", decision.grant.spec.document.place(("name",))),))


def failed(seen: Seen, breach: Breach) -> Finding:
    """The finding for a rule that could not be asked: it is the policy's."""
    policy, model = breach.policy, seen.model
    message = f"it could not be asked of {model.name}: {breach.message}"
    return Finding(
        codes.POLICY_FAILED,
        f"{policy.id}: {message}",
        policy.place(*breach.rule),
        policy.spec.subject,
        codes.POLICY_FAILED.remedy,
        (Note("the model is here", model.spec.document.place(("name",))),),
    )


def failed_on_fleet(breach: Breach) -> Finding:
    """The finding for a rule that could not be asked of the models together."""
    help_ = "say `by`, so that rules see one group of models at a time" if breach.message == TOO_MANY else None
    return of_policy(breach.policy, codes.POLICY_FAILED, breach.message, *breach.rule, help_=help_)


def by_calendar(found: Finding, since: date) -> Finding:
    """The finding where only a day that came has made it mandatory, and the change at hand has not touched the model."""
    because = f"advisory here: nothing of it changed since {since.isoformat()}, only the day"
    return replace(found, code=replace(found.code, enforcement=Enforcement.ADVISORY), because=because)


def of_policy(policy: Policy, code: Code, message: str, *pointer: str | int, help_: str | None = None) -> Finding:
    """A finding about a policy itself."""
    place: Place = policy.place(*pointer)
    subject = Subject("Policy", policy.spec.name, None, pointer)
    return Finding(code, f"{policy.id}: {message}", place, subject, help_ or code.remedy)


def settled(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Findings of whole runs: one that is decided otherwise in another environment says in which it is decided so."""
    found = tuple(findings)
    decided: dict[tuple[object, ...], set[tuple[object, ...]]] = {}
    for one in found:
        if one.decided_in:
            decided.setdefault(_value(one), set()).add(_decision(one))
    for one in found:
        if one.decided_in is None or one.subject is None:
            yield one
            continue
        differs = len(decided[_value(one)]) > 1 and one.subject.environment is None
        subject = replace(one.subject, environment=one.decided_in) if differs else one.subject
        yield replace(one, subject=subject, decided_in=None)


def _value(found: Finding) -> tuple[object, ...]:
    return (found.code.id, found.subject, found.place, found.message)


def _decision(found: Finding) -> tuple[object, ...]:
    return (found.status, found.code.enforcement, found.because)


def is_open(found: Finding) -> bool:
    """Whether it still stands."""
    return found.status is Status.OPEN


def _is_of_environment(seen: Seen, breach: Breach) -> bool:
    """Whether what set the value holds in one environment alone; of a whole model nothing is the environment's."""
    if not breach.pointer and breach.root in {"model", "amounts"}:
        return False
    if breach.root not in {"model", "amounts"}:
        return breach.root == "environment"
    said = next((one for one in seen.model.blame(breach.pointer) if one.layer.document), None)
    return said is not None and said.layer.pointer[:1] in {("environments",), ("overlay",)}
