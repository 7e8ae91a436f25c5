"""The examples of a policy, run: what keeps it must, what breaks it must be told at its place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Place
from compiler.foundation.json_data import Json, Object, Pointer, as_list, as_object, as_str, dotted
from compiler.foundation.suggestions import nearest
from compiler.json_schema import Validator
from compiler.policy.composite_sla_input import is_needed, together
from compiler.policy.policy_definition import Breach, Policy
from compiler.policy.policy_findings import of_policy
from compiler.policy.policy_inputs import example, suspects
from compiler.policy.rule_evaluator import Rules
from compiler.policy.secret_detection import SUSPECTS, Detectors, Suspect, is_here
from compiler.policy.value_paths import parsed
from compiler.resolve.lifecycle import ALL_STAGES
from compiler.resolve.match_selectors import selects
from compiler.spec.cel_variables import ROLES, amounts
from compiler.spec.language import Language

_IDENTITY = frozenset(
    {"apiVersion", "kind", "name", "type", "release", "canary", "environment", "retirement", "formerly"}
)


class Branch(NamedTuple):
    """A part of a rule's condition in an example: the rule, the part's offset in the condition, and whether it held."""

    rule: int
    offset: int
    holds: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """One example, and what came of it."""

    kind: str
    index: int
    name: str
    breaches: tuple[Breach, ...]
    findings: tuple[Finding, ...]
    branches: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """All examples of a policy, and the rules that no bad one breaks."""

    policy: Policy
    tried: tuple[Tried, ...]
    findings: tuple[Finding, ...]
    untested: tuple[Pointer, ...]

    @property
    def rules(self) -> int:
        """How many rules the policy has, its schema counted as one."""
        return len(self.policy.rules) + ("schema" in self.policy.data)

    def branches(self) -> dict[tuple[int, int], set[bool]]:
        """Each part of the conditions by rule and offset, and what it came to in examples."""
        found: dict[tuple[int, int], set[bool]] = {}
        for branch in (branch for tried in self.tried for branch in tried.branches):
            found.setdefault((branch.rule, branch.offset), set()).add(branch.holds)
        return found

    def one_sided(self) -> Iterator[str]:
        """Each part that no example shows both ways, for people."""
        for (rule, offset), seen in sorted(self.branches().items()):
            if len(seen) == 1:
                text = as_str(self.policy.rules[rule].get("that"))[offset:].split(" && ")[0].split(" || ")[0]
                yield f"{self.policy.id}: rule {rule + 1}: `{text.strip()}` is {'false' if seen == {True} else 'true'} in no example"

    def lines(self) -> Iterator[str]:
        """What each example broke, and where, for people."""
        for tried in self.tried:
            yield f"{self.policy.id}: {tried.kind} example {tried.index + 1}, {tried.name}"
            for breach in tried.breaches:
                place = place_of(self.policy, tried, breach)
                yield f"  {place.path}:{place.line}:{place.column} {_path(breach) or '(the whole)'}: {breach.message}"


def run(policy: Policy, rules: Rules, language: Language) -> Outcome:
    """Run every example of a policy whose conditions compile."""
    tried = tuple(_tried(policy, rules, language))
    broken = {breach.rule for one in tried if one.kind == "bad" for breach in one.breaches}
    wanted: list[Pointer] = [("rules", index) for index in range(len(policy.rules))]
    wanted += [("schema",)] if "schema" in policy.data else []
    untested = tuple(pointer for pointer in wanted if pointer not in broken)
    said = [finding for one in tried for finding in one.findings]
    for pointer in () if said else untested:
        what = "the schema" if pointer == ("schema",) else f"rule {int(pointer[1]) + 1}"
        said.append(of_policy(policy, codes.BAD_EXAMPLE, f"no bad example breaks {what}", *pointer, help_="add one"))
    return Outcome(policy, tried, tuple(said), untested)


def _tried(policy: Policy, rules: Rules, language: Language) -> Iterator[Tried]:
    for kind in ("good", "bad"):
        for index, said in enumerate(map(as_object, as_list(as_object(policy.data.get("examples")).get(kind)))):
            name = as_str(said.get("name")) or f"{kind} {index + 1}"
            place = ("examples", kind, index)
            lies = tuple(_lies(policy, said, place, language))
            if lies:
                yield Tried(kind, index, name, (), lies)
                continue
            variables = _variables(policy, said, language)
            breaches, unselected = _asked(policy, rules, variables)
            branches = () if unselected else tuple(_branches(policy, rules, variables))
            judge = _bad if kind == "bad" else _good
            findings = (
                (_found(policy, f"`{name}` is not selected by `match`, so that it tests nothing", place),)
                if unselected
                else tuple(judge(policy, said, place, breaches))
            )
            yield Tried(kind, index, name, breaches, findings, branches)


def _branches(policy: Policy, rules: Rules, variables: Mapping[str, Json]) -> Iterator[Branch]:
    expressions = rules.of(policy.on)
    values = expressions.values(variables)
    for index, rule in enumerate(policy.rules):
        for offset, holds in expressions.branches(as_str(rule.get("that")), values):
            yield Branch(index, offset, holds)


def _asked(policy: Policy, rules: Rules, variables: Mapping[str, Json]) -> tuple[tuple[Breach, ...], bool]:
    """What an example breaks, and whether the policy is not for it."""
    if policy.on != "fleet":
        model, environment = as_object(variables["model"]), as_object(variables["environment"])
        if not selects(policy.match, model, environment, as_object(variables["useCase"])):
            return (), True
    kinds = as_list(as_object(policy.data.get("objects")).get("kinds"))
    if policy.on == "rendered" and kinds and as_object(variables["object"]).get("kind") not in kinds:
        return (), True
    if rules.selects(policy, rules.group([policy]).asked(variables)) is False:
        return (), True
    return tuple(rules.breaches(rules.group([policy]), variables)), False


def _good(policy: Policy, _: Object, place: Pointer, breaches: tuple[Breach, ...]) -> Iterator[Finding]:
    for breach in breaches:
        where = (*place, *_inside(breach))
        yield _found(policy, f"a good example breaks it: {breach.message}", where)


def _bad(policy: Policy, said: Object, place: Pointer, breaches: tuple[Breach, ...]) -> Iterator[Finding]:
    for breach in breaches:
        if breach.failed:
            yield _found(policy, f"a rule could not be asked: {breach.message}", place)
            return
    if not breaches:
        yield _found(policy, "a bad example breaks nothing", place)
        return
    wanted, message = said.get("at"), said.get("message")
    at_ = [breach for breach in breaches if wanted is None or _is_at(breach, as_str(wanted))]
    if not at_:
        came = ", ".join(f"`{_path(breach)}`" for breach in breaches)
        yield _found(policy, f"it is told at {came}, and not at `{wanted}`", (*place, "at"))
    elif message is not None and not any(breach.message == message for breach in at_):
        yield _found(policy, f"what is said is: {at_[0].message}", (*place, "message"))


def _is_at(breach: Breach, wanted: str) -> bool:
    pointer = parsed(wanted)
    return pointer in {breach.pointer, (breach.root, *breach.pointer)}


def _path(breach: Breach) -> str:
    pointer = breach.pointer if breach.root in {"model", "amounts", "object"} else (breach.root, *breach.pointer)
    return dotted(pointer)


def place_of(policy: Policy, tried: Tried, breach: Breach) -> Place:
    """Where in the example the value stands that a breach is about."""
    return policy.place("examples", tried.kind, tried.index, *_inside(breach))


def _inside(breach: Breach) -> Pointer:
    """Where in an example a value of a variable stands."""
    match breach.root:
        case "release":
            return ("model", "release", *breach.pointer)
        case "amounts":
            return ("model", *breach.pointer)
    return (breach.root, *breach.pointer)


def _variables(policy: Policy, said: Object, language: Language) -> dict[str, Json]:
    """The variables of an example; what `match` asks for and the example leaves out is filled in."""
    found = example(said)
    model = dict(as_object(found["model"]))
    for key, field in (("types", "type"), ("lifecycle", "lifecycle"), ("owners", "owner")):
        if key in policy.match:
            model.setdefault(field, as_list(policy.match[key])[0])
    environment = dict(as_object(found["environment"]))
    if "environments" in policy.match and not environment:
        name = as_str(as_list(policy.match["environments"])[0])
        environment = {"name": name, "stage": name if name in ALL_STAGES else "prod"}
    found |= {"model": model, "environment": environment, "amounts": _amounts(model, language)}
    source = as_object(as_object(found["release"]).get("source"))
    found[SUSPECTS] = list(suspects(_detected(model, source)))
    parts = [_entry(as_object(part), language) for part in as_list(found["parts"])]
    found["parts"] = [{**part, "needed": is_needed(source, part)} for part in parts]
    found["composed"] = together(source, parts)
    found["models"] = [_entry(as_object(one), language) for one in as_list(found["models"])]
    return found


def _detected(model: Object, source: Object) -> list[Suspect]:
    return Detectors().suspects(model, source) if is_here() else []


def _entry(said: Object, language: Language) -> Object:
    """A model among others: its `release` and `environment` are told apart."""
    model = {key: value for key, value in said.items() if key not in {"release", "environment"}}
    return {
        "model": model,
        "amounts": _amounts(model, language),
        "release": as_object(said.get("release")),
        "environment": as_object(said.get("environment")),
    }


def _amounts(model: Object, language: Language) -> Object:
    return amounts(model, language.type(_type(model, language)).quantity_places)


def _type(model: Object, language: Language) -> str:
    named = as_str(model.get("type"))
    return named if named in language.types else language.types[0]


def _lies(policy: Policy, said: Object, place: Pointer, language: Language) -> Iterator[Finding]:
    """What an example says that no document may say: a misspelt field would show nothing."""
    types = [as_str(name) for name in as_list(policy.match.get("types"))]
    models: list[tuple[Pointer, Object]] = [(("model",), as_object(said.get("model")))]
    models += [
        ((key, index), as_object(one))
        for key in ("parts", "models")
        for index, one in enumerate(as_list(said.get(key)))
    ]
    for where, model in models:
        named = as_str(model.get("type")) or next(iter(types), "")
        if named and named not in language.types:
            near = nearest(named, language.types)
            help_ = f"did you mean `{near}`?" if near else f"one of: {', '.join(language.types)}"
            yield of_policy(
                policy, codes.BAD_EXAMPLE, f"there is no type of model `{named}`", *place, *where, "type", help_=help_
            )
        for key, definition in (("canary", "PartialCanary"), ("retirement", "PartialRetirement")):
            part = Validator({"$ref": f"#/$defs/{definition}", "$defs": as_object(language.model_schema()["$defs"])})
            yield from _unknown(policy, part, as_object(model.get(key)), (*place, *where, key))
        environment = as_object(model.get("environment"))
        yield from _unknown(policy, language.kind("Environment"), environment, (*place, *where, "environment"))
        own = language.type(named) if named in language.types else None
        fields = {key: value for key, value in model.items() if key not in _IDENTITY}
        whole = (
            own.layer
            if own
            else Validator({"$ref": "#/$defs/Layer", "$defs": language.kind_schema("Defaults")["$defs"]})
        )
        yield from _unknown(policy, whole, fields, (*place, *where))
        if own is not None and "release" in model:
            release = {
                key: value for key, value in as_object(model["release"]).items() if key not in {"version", "digest"}
            }
            yield from _unknown(policy, own.release, release, (*place, *where, "release"))
    for key, kind in (("environment", "Environment"), ("useCase", "UseCase"), ("team", "Team")):
        yield from _unknown(policy, language.kind(kind), as_object(said.get(key)), (*place, key))
    for index, one in enumerate(as_list(said.get("datasets"))):
        dataset = {key: value for key, value in as_object(one).items() if key != "role"}
        yield from _unknown(policy, language.kind("Dataset"), dataset, (*place, "datasets", index))
        role = as_object(one).get("role")
        if role is not None and role not in ROLES:
            help_ = f"one of: {', '.join(ROLES)}"
            where = (*place, "datasets", index, "role")
            yield of_policy(policy, codes.BAD_EXAMPLE, f"a dataset has no role `{role}`", *where, help_=help_)


def _unknown(policy: Policy, validator: Validator, data: Object, place: Pointer) -> Iterator[Finding]:
    for violation in validator.violations(data) if data else ():
        if violation.keyword != "required":
            where = (*place, *violation.pointer)
            yield of_policy(policy, codes.BAD_EXAMPLE, violation.message, *where, help_=violation.help)


def _found(policy: Policy, message: str, place: Pointer) -> Finding:
    return of_policy(policy, codes.BAD_EXAMPLE, message, *place)
