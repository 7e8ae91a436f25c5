"""The rules of policies, compiled once each, and what breaks them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from compiler.cel import Expected, Expression, Expressions, Failure, Mistake, Values
from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Place
from compiler.foundation.json_data import Json, Object, Pointer, as_list, as_object, as_str, at, dotted
from compiler.json_schema import SchemaError, Validator, too_wide, unheard
from compiler.policy.message_templates import expressions, filled, shown
from compiler.policy.policy_batch import APART, BY, ROOTS, Answers, Compiled, Group
from compiler.policy.policy_definition import Breach, Policy, Variables
from compiler.policy.policy_findings import of_policy
from compiler.policy.policy_inputs import MEMBER
from compiler.policy.secret_detection import SUSPECTS
from compiler.policy.value_paths import parsed


class Rules:
    """Compiles policies against the variables that there are, and asks them of models."""

    def __init__(self, schemas: Mapping[str, Mapping[str, Object]], *, checked: bool = False) -> None:
        """`checked`: types are checked of shipped policies as well, which their tests do, and no run needs."""
        self._schemas = schemas
        self._checked = checked
        self._expressions: dict[str, Expressions] = {}
        self._compiled: dict[str, Compiled] = {}
        self._groups: dict[tuple[str, ...], Group] = {}

    def compiled(self, policy: Policy) -> Compiled:
        """The policy, ready to be asked."""
        if policy.id not in self._compiled:
            self._compiled[policy.id] = self._compile(policy)
        return self._compiled[policy.id]

    def group(self, policies: Sequence[Policy]) -> Group:
        """Policies on one kind of subject, ready to be asked together."""
        ids = tuple(policy.id for policy in policies)
        if ids not in self._groups:
            self._groups[ids] = Group(tuple(map(self.compiled, policies)), self.of(policies[0].on))
        return self._groups[ids]

    def breaches(self, group: Group, variables: Variables, answers: Answers | None = None) -> Iterator[Breach]:
        """What breaks policies; those whose `when` does not hold are kept. `answers`: what they come to, where that is known."""
        for policy in group.by_group:
            yield from self._by_group(policy, as_list(variables["models"]))
        if group.as_one:
            yield from self._of_all(group, variables, answers or group.asked(variables))

    def _by_group(self, policy: Policy, models: Sequence[Json]) -> Iterator[Breach]:
        """What breaks a policy on the fleet in each group of models; what is wrong with a whole group is told of each in it."""
        groups: dict[Json, list[int]] = {}
        for index, model in enumerate(map(as_object, models)):
            group = self._group(policy, model)
            if isinstance(group, Failure):
                yield replace(_failed(policy, BY, group.message), pointer=(index,))
            elif group not in {None, ""}:
                groups.setdefault(group, []).append(index)
        alone = Group((self.compiled(policy).as_one(),), self.of(policy.on))
        for members in groups.values():
            variables: Variables = {"models": [models[index] for index in members]}
            for breach in self._of_all(alone, variables, alone.asked(variables)):
                at_ = breach.pointer[0] if breach.pointer else None
                told, below = (
                    ([members[at_]], breach.pointer[1:]) if isinstance(at_, int) else (members, breach.pointer)
                )
                yield from (replace(breach, pointer=(index, *below)) for index in told)

    def _group(self, policy: Policy, model: Object) -> Failure | str | float | None:
        by = self.compiled(policy).found[BY]
        read = {str(path[0]) for path in by.reads}
        found = by.value(self.of(MEMBER).values({name: value for name, value in model.items() if name in read}))
        if found is None or isinstance(found, str | int | float | Failure):
            return found
        return Failure("it comes to no single value")

    def _of_all(self, group: Group, variables: Variables, answers: Answers) -> Iterator[Breach]:
        for policy in group.broken(answers):
            yield from self._asked(policy, answers)
        for policy in group.with_schema:
            if self.selects(policy, answers) is True:
                yield from self._schema(policy, variables)

    def selects(self, policy: Policy, answers: Answers) -> bool | Breach:
        """Whether the condition of a policy's `match` holds."""
        when = self.compiled(policy).found.get(_WHEN)
        if when is None:
            return True
        if policy.id in answers.by_id:
            return answers.by_id[policy.id] != APART
        found = when.evaluate(answers.values)
        return _failed(policy, _WHEN, found.message) if isinstance(found, Failure) else found

    def of(self, on: str) -> Expressions:
        """The variables of policies on something."""
        if on not in self._expressions:
            self._expressions[on] = Expressions(self._schemas[on])
        return self._expressions[on]

    def _asked(self, policy: Policy, answers: Answers) -> Iterator[Breach]:
        values, selected = answers.values, self.selects(policy, answers) if policy.rules else False
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
            root, pointer = self._rooted(policy, path)
            above, below = ("models", (root, *pointer)) if policy.on == "fleet" else (root, pointer)
            yield Breach(policy, above, below, message, rule=("rules", index))
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
            yield Breach(policy, ROOTS[policy.on], (), message, rule=("rules", index))

    def _value(self, policy: Policy, index: int, text: str, values: Values) -> Json:
        found = self.compiled(policy).found.get(("rules", index, "message", text))
        value = found.value(values) if found else None
        return None if isinstance(value, Failure) else value

    def _schema(self, policy: Policy, variables: Variables) -> Iterator[Breach]:
        root = ROOTS[policy.on]
        validator = self.compiled(policy).schema
        data = variables.get(root)
        for violation in validator.violations(data) if validator else ():
            of_one = policy.on == "fleet" and bool(violation.pointer)
            where = dotted(violation.pointer[1:] if of_one else violation.pointer)
            if violation.keyword == "costly":  # the policy's fault, whatever the text is
                yield _failed(policy, ("schema",), f"{where}: {violation.message}")
                continue
            message = f"{where}: {violation.message}" if where else violation.message
            lacking = () if violation.missing is None else (violation.missing,)
            pointer = (*violation.pointer, *lacking)
            yield Breach(policy, root, pointer, message, missing=bool(lacking), rule=("schema",))

    def _paths(self, policy: Policy) -> Iterator[Finding]:
        """Paths of rules that lead to nothing that the language has: an expression that names the value would not compile."""
        for index, rule in enumerate(policy.rules):
            path = as_str(rule.get("path"))
            if path and policy.on == "fleet" and BY[0] not in policy.data:
                message, help_ = (
                    "a path on the fleet is of each model of a group, and there is no `by`",
                    "say `by`, or leave out `path`",
                )
                yield of_policy(policy, codes.BAD_POLICY, message, "rules", index, "path", help_=help_)
            elif path:
                found = self._of_path(policy).compile(_expression(*self._rooted(policy, path)), expect="any")
                if isinstance(found, Mistake):
                    message = f"`{path}` leads to nothing: {found.message}"
                    yield of_policy(policy, codes.BAD_POLICY, message, "rules", index, "path", help_=found.help)

    def _of_path(self, policy: Policy) -> Expressions:
        """The variables that a path of a rule may begin with: on the fleet, those of one model of it."""
        return self.of(MEMBER if policy.on == "fleet" else policy.on)

    def _rooted(self, policy: Policy, path: str) -> tuple[str, Pointer]:
        """A path of a rule begins with a variable, or is one of the subject itself."""
        pointer, subject = parsed(path), "model" if policy.on == "fleet" else ROOTS[policy.on]
        if pointer and pointer[0] in self._of_path(policy).names and pointer[0] != "model":
            return str(pointer[0]), pointer[1:]
        return subject, pointer[1:] if pointer[:1] == ("model",) else pointer

    def _compile(self, policy: Policy) -> Compiled:
        expressions_ = self.of(policy.on)
        found: dict[Pointer, Expression] = {}
        mistakes: list[Finding] = []
        for pointer, text, expect in _texts(policy):
            own = self.of(MEMBER) if pointer == BY else expressions_
            one = own.compile(text, expect=expect, checked=self._checked or not policy.shipped)
            if isinstance(one, Expression):
                found[pointer] = one
            else:
                mistakes.append(_mistaken(policy, pointer, text, one))
        if BY[0] in policy.data and policy.on != "fleet":
            message = "`by` groups models, and it is not on the fleet"
            mistakes.append(of_policy(policy, codes.BAD_POLICY, message, *BY, help_="say `on: fleet`"))
        if self._checked or not policy.shipped:
            mistakes += self._paths(policy)
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
                mistakes.append(of_policy(policy, codes.BAD_POLICY, wide, "schema", help_=help_))
            try:
                schema = None if in_vain or wide else Validator(as_object(policy.data["schema"]))
            except SchemaError as error:
                mistakes.append(
                    of_policy(policy, codes.BAD_POLICY, f"the schema is none: {error}", "schema", *error.pointer)
                )
        return Compiled(policy, found, tuple(mistakes), schema)


_WHEN: Pointer = ("match", "when")


def _texts(policy: Policy) -> Iterator[tuple[Pointer, str, Expected]]:
    """Every expression of a policy with its place and what it must come to."""
    if "when" in policy.match:
        yield _WHEN, as_str(policy.match["when"]), "bool"
    if "by" in policy.data:
        yield BY, as_str(policy.data["by"]), "any"
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
    if pointer[0] == SUSPECTS:  # what it holds is not repeated
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


def _expression(root: str, pointer: Pointer) -> str:
    """The value at a path as an expression names it; any element of a list stands for one."""
    parts = (
        "[0]" if not isinstance(part, str) or part == "*" else f'["{part}"]' if "-" in part else f".{part}"
        for part in pointer
    )
    return "".join((root, *parts))
