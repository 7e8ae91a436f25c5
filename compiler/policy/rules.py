"""The rules of policies, compiled once each, and what breaks them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from compiler import codes
from compiler.diagnostics import Finding, Place
from compiler.expression import Expected, Expression, Expressions, Failure, Mistake, Together, Values, together
from compiler.policy.paths import parsed
from compiler.policy.policy import Breach, Policy, Variables
from compiler.policy.text import expressions, filled, shown
from compiler.schema import SchemaError, Validator, too_wide, unheard
from compiler.values import Json, Object, Pointer, Reads, as_object, as_str, at, dotted, only, widened


@dataclass(frozen=True)
class Compiled:
    """A policy's expressions by their place in it; those that are wrong are told by `mistakes`."""

    policy: Policy
    found: Mapping[Pointer, Expression]
    mistakes: tuple[Finding, ...]
    schema: Validator | None

    @cached_property
    def reads(self) -> Reads:
        """The variables that the policy looks at, and of each the fields; `None` stands for all of it."""
        paths = (path for one in self.found.values() for path in one.reads)
        found = dict(widened((str(path[0]), None if len(path) == 1 else frozenset({str(path[1])})) for path in paths))
        if "schema" in self.policy.data:
            found[_ROOTS[self.policy.on]] = None
        if "amounts" in found:  # what is said of an amount shows how it was written
            found = {**found, **widened([*found.items(), ("model", found["amounts"])])}
        return found


class Rules:
    """Compiles policies against the variables that there are, and asks them of models."""

    def __init__(self, schemas: Mapping[str, Mapping[str, Object]], *, checked: bool = False) -> None:
        """`checked`: types are checked of shipped policies as well, which their tests do, and no run needs."""
        self._schemas = schemas
        self._checked = checked
        self._expressions: dict[str, Expressions] = {}
        self._compiled: dict[str, Compiled] = {}
        self._reads: dict[tuple[str, ...], Reads] = {}
        self._together: dict[tuple[str, ...], Together | None] = {}

    def compiled(self, policy: Policy) -> Compiled:
        """The policy, ready to be asked."""
        if policy.id not in self._compiled:
            self._compiled[policy.id] = self._compile(policy)
        return self._compiled[policy.id]

    def reads(self, policies: Sequence[Policy]) -> Reads:
        """The variables that the policies look at, and of each the fields; `None` stands for all of it."""
        key = tuple(policy.id for policy in policies)
        if key not in self._reads:
            self._reads[key] = widened(read for policy in policies for read in self.compiled(policy).reads.items())
        return self._reads[key]

    def values(self, policies: Sequence[Policy], variables: Variables) -> Values:
        """The variables ready for the policies' expressions: what none of them reads is left out, for it costs as much."""
        reads = self.reads(policies)
        shown = {name: only(reads[name], value) for name, value in variables.items() if name in reads}
        return self.of(policies[0].on).values(shown)

    def breaches(
        self, policies: Sequence[Policy], variables: Variables, values: Values | None = None
    ) -> Iterator[Breach]:
        """What breaks policies of one kind of subject; those whose `when` does not hold are kept. `values`: made already."""
        asked = [policy for policy in policies if not self.compiled(policy).mistakes]
        if not asked:
            return
        values = values or self.values(asked, variables)
        for policy in self._broken_by(asked, values):
            yield from self._asked(policy, values)
        for policy in asked:
            if "schema" in policy.data and self.selects(policy, values) is True:
                yield from self._schema(policy, variables)

    def selects(self, policy: Policy, values: Values) -> bool | Breach:
        """Whether the condition of a policy's `match` holds."""
        when = self.compiled(policy).found.get(_WHEN)
        if when is None:
            return True
        found = when.evaluate(values)
        return _failed(policy, _WHEN, found.message) if isinstance(found, Failure) else found

    def of(self, on: str) -> Expressions:
        """The variables of policies on something."""
        if on not in self._expressions:
            self._expressions[on] = Expressions(self._schemas[on])
        return self._expressions[on]

    def _broken_by(self, policies: Sequence[Policy], values: Values) -> Sequence[Policy]:
        """The policies of which a rule does not hold, or cannot be asked; all are asked at once, for most of them hold."""
        with_rules = [policy for policy in policies if policy.rules]
        key = tuple(policy.id for policy in with_rules)
        if key not in self._together:
            self._together[key] = together(self.of(policies[0].on), [_joined(policy) for policy in with_rules])
        joined = self._together[key]
        answers = joined.answers(values) if joined else None
        if answers is None:
            return with_rules
        return [policy for policy, holds in zip(with_rules, answers, strict=True) if not holds]

    def _asked(self, policy: Policy, values: Values) -> Iterator[Breach]:
        selected = self.selects(policy, values) if policy.rules else False
        if isinstance(selected, Breach):
            yield selected
        if selected is not True:
            return
        for index, rule in enumerate(policy.rules):
            pointer: Pointer = ("rules", index, "that")
            condition = self.compiled(policy).found[pointer]
            found = condition.evaluate(values)
            if isinstance(found, Failure):
                yield _failed(policy, pointer, found.message)
            elif not found:
                yield from self._broken(policy, index, rule, condition, values)

    def _broken(
        self, policy: Policy, index: int, rule: Object, condition: Expression, values: Values
    ) -> Iterator[Breach]:
        """One breach for each value at which the condition fails."""
        message = filled(as_str(rule.get("message")), lambda text: self._value(policy, index, text, values))
        path = as_str(rule.get("path"))
        if path:
            root, pointer = _rooted(policy, parsed(path), values.data)
            yield Breach(policy, root, pointer, message, rule=("rules", index))
            return
        reasons = condition.why(values)
        for reason in reasons:
            root, pointer = str(reason.pointer[0]), reason.pointer[1:]
            said = (
                message
                if "{" in as_str(rule.get("message"))
                else _with_actual(message, reason.pointer, reason.missing, values)
            )
            yield Breach(policy, root, pointer, said, missing=reason.missing, rule=("rules", index))
        if not reasons:
            yield Breach(policy, _ROOTS[policy.on], (), message, rule=("rules", index))

    def _value(self, policy: Policy, index: int, text: str, values: Values) -> Json:
        found = self.compiled(policy).found.get(("rules", index, "message", text))
        value = found.value(values) if found else None
        return None if isinstance(value, Failure) else value

    def _schema(self, policy: Policy, variables: Variables) -> Iterator[Breach]:
        root = _ROOTS[policy.on]
        validator = self.compiled(policy).schema
        data = variables.get(root)
        for violation in validator.violations(data) if validator else ():
            where = dotted(violation.pointer)
            message = f"{where}: {violation.message}" if where else violation.message
            lacking = () if violation.missing is None else (violation.missing,)
            pointer = (*violation.pointer, *lacking)
            yield Breach(policy, root, pointer, message, missing=bool(lacking), rule=("schema",))

    def _compile(self, policy: Policy) -> Compiled:
        expressions_ = self.of(policy.on)
        found: dict[Pointer, Expression] = {}
        mistakes: list[Finding] = []
        for pointer, text, expect in _texts(policy):
            one = expressions_.compile(text, expect=expect, checked=self._checked or not policy.shipped)
            if isinstance(one, Expression):
                found[pointer] = one
            else:
                mistakes.append(_mistaken(policy, pointer, text, one))
        schema: Validator | None = None
        if "schema" in policy.data:
            subject, document = policy.spec.subject, policy.spec.document
            in_vain = [
                Finding(codes.BAD_POLICY, one.message, document.key_place(("schema", *one.pointer)), subject, one.help)
                for one in unheard(policy.data["schema"])
            ]
            mistakes += in_vain
            wide = too_wide(as_object(policy.data["schema"]))
            if wide is not None:
                help_ = "say each alternative once, and refer to it once"
                mistakes.append(Finding(codes.BAD_POLICY, wide, policy.place("schema"), subject, help_))
            try:
                schema = None if in_vain or wide else Validator(as_object(policy.data["schema"]))
            except SchemaError as error:
                message = f"the schema is none: {error}"
                mistakes.append(Finding(codes.BAD_POLICY, message, policy.place("schema"), subject))
        return Compiled(policy, found, tuple(mistakes), schema)


_WHEN: Pointer = ("match", "when")
_ROOTS: Mapping[str, str] = {"model": "model", "rendered": "object", "fleet": "models"}


def _joined(policy: Policy) -> str:
    """Whether all rules of a policy hold, or it is not for the model."""
    rules = " && ".join(f"({as_str(rule.get('that'))}\n)" for rule in policy.rules)
    when = as_str(policy.match.get("when"))
    return f"({when}\n) ? ({rules}) : true" if when else rules


def _texts(policy: Policy) -> Iterator[tuple[Pointer, str, Expected]]:
    """Every expression of a policy with its place and what it must come to."""
    if "when" in policy.match:
        yield _WHEN, as_str(policy.match["when"]), "bool"
    for index, rule in enumerate(policy.rules):
        yield ("rules", index, "that"), as_str(rule.get("that")), "bool"
        for text in expressions(as_str(rule.get("message"))):
            yield ("rules", index, "message", text), text, "any"


def _mistaken(policy: Policy, pointer: Pointer, text: str, mistake: Mistake) -> Finding:
    """A mistake at its very characters, where the expression stands on one line as it is."""
    place = policy.place(*pointer[:3])
    spelled = policy.spec.document.spelling(pointer[:3]) or ""
    at_ = spelled.find(text)
    if at_ >= 0 and "\n" not in spelled:
        column = place.column + at_ + mistake.column - 1
        place = Place(place.path, place.line, column, place.line, column + mistake.length)
    return Finding(codes.BAD_POLICY, f"`{text}`: {mistake.message}", place, policy.spec.subject, mistake.help)


def _failed(policy: Policy, pointer: Pointer, message: str) -> Breach:
    return Breach(policy, "", pointer, message, rule=pointer, failed=True)


def _with_actual(message: str, pointer: Pointer, missing: bool, values: Values) -> str:
    """The message with what was found, where it is short enough to help."""
    if pointer[0] == "suspects":  # what it holds is not repeated
        return message
    where = _called(pointer, values.data)
    if missing:
        return f"{message}; {where} is not there" if where else message
    try:
        spelled = ("model", *pointer[1:]) if pointer[0] == "amounts" else pointer
        value = at(values.data, spelled)
    except (KeyError, IndexError, TypeError):
        return message
    if isinstance(value, Mapping | list):
        return f"{message}; see {where}" if where else message
    return f"{message}; {where} is `{shown(value)}`" if where else message


def _called(pointer: Pointer, data: Object) -> str:
    """What people call a value: of a dataset, or of a model among others, by its name."""
    if pointer[0] in {"datasets", "parts", "models"} and len(pointer) > 1:
        element = as_object(at(data, pointer[:2]))
        name = element.get("name") or as_object(element.get("model")).get("name")
        below = pointer[3:] if pointer[0] != "datasets" else pointer[2:]
        return dotted((str(name), *below)) if pointer[0] != "models" else dotted(below)
    return dotted(pointer[1:])


def _rooted(policy: Policy, pointer: Pointer, data: Object) -> tuple[str, Pointer]:
    """A path of a rule begins with a variable, or is one of the subject itself."""
    if pointer and pointer[0] in data and pointer[0] != "model":
        return str(pointer[0]), pointer[1:]
    return _ROOTS[policy.on], pointer[1:] if pointer[:1] == ("model",) else pointer
