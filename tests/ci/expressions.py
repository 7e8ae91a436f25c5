"""Expressions of GitHub Actions, as docs.github.com ("Evaluate expressions in workflows and actions") says them: as many as are used."""

import json
import math
import re
from collections.abc import Callable, Mapping

TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+)|'(?P<text>(?:[^']|'')*)'|(?P<sign>&&|\|\||==|!=|[!()\[\],.*])|(?P<name>[A-Za-z_][\w-]*))"
)
EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
STATUS = re.compile(r"\b(?:success|failure|cancelled|always)\(")


class Evaluator:
    """Evaluates expressions over contexts, with functions that know how things stand."""

    def __init__(self, contexts: Mapping[str, object], functions: Mapping[str, Callable]) -> None:
        self.contexts = contexts
        self.functions = {"fromJSON": json.loads, "contains": contains, **functions}

    def text(self, template: object) -> str:
        """A text with its expressions filled in."""
        return EXPRESSION.sub(lambda found: to_text(self.value(found[1])), to_text(template))

    def evaluate_template(self, template: object) -> object:
        """The value of a template that is one expression; else its text."""
        whole = EXPRESSION.fullmatch(template.strip()) if isinstance(template, str) else None
        return self.value(whole[1]) if whole else self.text(template)

    def holds(self, condition: str | None) -> bool:
        """Whether a condition holds; without a word about the status it asks for success, too."""
        if condition is None:
            return bool(self.functions["success"]())
        whole = EXPRESSION.fullmatch(condition)
        text = whole[1] if whole else condition
        return (bool(STATUS.search(text)) or bool(self.functions["success"]())) and truth(self.value(text))

    def value(self, text: str) -> object:
        self._tokens = tokens(text)
        self._position = 0
        found = self._parse_or()
        assert self._position == len(self._tokens), f"{text!r} is no expression"
        return found

    def _peek(self) -> tuple[str, object]:
        return self._tokens[self._position] if self._position < len(self._tokens) else ("end", "")

    def _takes(self, sign: str) -> bool:
        if self._peek() == ("sign", sign):
            self._position += 1
            return True
        return False

    def _parse_or(self) -> object:
        found = self._parse_and()
        while self._takes("||"):
            other = self._parse_and()
            found = found if truth(found) else other
        return found

    def _parse_and(self) -> object:
        found = self._parse_comparison()
        while self._takes("&&"):
            other = self._parse_comparison()
            found = other if truth(found) else found
        return found

    def _parse_comparison(self) -> object:
        value = self._parse_not()
        while self._peek() in {("sign", "=="), ("sign", "!=")}:
            wanted = self._tokens[self._position][1] == "=="
            self._position += 1
            value = equal(value, self._parse_not()) is wanted
        return value

    def _parse_not(self) -> object:
        return not truth(self._parse_not()) if self._takes("!") else self._parse_access()

    def _parse_access(self) -> object:
        value, many = self._single(), False
        while True:
            if self._takes("."):
                kind, name = self._tokens[self._position]
                self._position += 1
                if (kind, name) == ("sign", "*"):
                    value, many = list(value.values() if isinstance(value, Mapping) else value or ()), True
                else:
                    value = [member(one, name) for one in value] if many else member(value, name)
            elif self._takes("["):
                key = self._parse_or()
                assert self._takes("]")
                value = member(value, key)
            else:
                return value

    def _single(self) -> object:
        kind, token = self._peek()
        self._position += 1
        if kind in {"number", "text"}:
            return token
        if (kind, token) == ("sign", "("):
            found = self._parse_or()
            assert self._takes(")")
            return found
        assert kind == "name", token
        if self._takes("("):
            return self._call_function(token)
        words = {"true": True, "false": False, "null": None}
        if token in words:
            return words[token]
        assert token in self.contexts, f"there is no context {token}"
        return self.contexts[token]

    def _call_function(self, name: object) -> object:
        arguments = []
        while not self._takes(")"):
            arguments.append(self._parse_or())
            self._takes(",")
        return self.functions[name](*arguments)


def tokens(text: str) -> list[tuple[str, object]]:
    result, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = TOKEN.match(text, position)
        assert match, f"{text[position:]!r} is no expression"
        position = match.end()
        kind = match.lastgroup
        token = match[kind]
        result.append(
            (
                kind,
                int(token) if kind == "number" else token.replace("''", "'") if kind == "text" else token,
            )
        )
    return result


def member(value: object, key: object) -> object:
    if isinstance(value, Mapping):
        return value.get(key)
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return None


def truth(value: object) -> bool:
    return value not in (None, False, 0, "")


def number(value: object) -> float:
    if value is None or value == "":
        return 0.0
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def equal(first: object, second: object) -> bool:
    if isinstance(first, str) and isinstance(second, str):
        return first.casefold() == second.casefold()
    if type(first) is type(second):
        return first == second
    return number(first) == number(second)


def contains(container: object, item: object) -> bool:
    return (
        any(equal(one, item) for one in container)
        if isinstance(container, list)
        else str(item).casefold() in to_text(container).casefold()
    )


def to_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value) if isinstance(value, (dict, list)) else str(value)
