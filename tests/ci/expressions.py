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
        return EXPRESSION.sub(lambda found: shown(self.value(found[1])), shown(template))

    def filled(self, template: object) -> object:
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
        self._at = 0
        found = self._either()
        assert self._at == len(self._tokens), f"{text!r} is no expression"
        return found

    def _peek(self) -> tuple[str, object]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _takes(self, sign: str) -> bool:
        if self._peek() == ("sign", sign):
            self._at += 1
            return True
        return False

    def _either(self) -> object:
        found = self._both()
        while self._takes("||"):
            other = self._both()
            found = found if truth(found) else other
        return found

    def _both(self) -> object:
        found = self._compared()
        while self._takes("&&"):
            other = self._compared()
            found = other if truth(found) else found
        return found

    def _compared(self) -> object:
        found = self._negated()
        while self._peek() in {("sign", "=="), ("sign", "!=")}:
            wanted = self._tokens[self._at][1] == "=="
            self._at += 1
            found = equal(found, self._negated()) is wanted
        return found

    def _negated(self) -> object:
        return not truth(self._negated()) if self._takes("!") else self._reached()

    def _reached(self) -> object:
        found, many = self._single(), False
        while True:
            if self._takes("."):
                kind, name = self._tokens[self._at]
                self._at += 1
                if (kind, name) == ("sign", "*"):
                    found, many = list(found.values() if isinstance(found, Mapping) else found or ()), True
                else:
                    found = [member(one, name) for one in found] if many else member(found, name)
            elif self._takes("["):
                key = self._either()
                assert self._takes("]")
                found = member(found, key)
            else:
                return found

    def _single(self) -> object:
        kind, said = self._peek()
        self._at += 1
        if kind in {"number", "text"}:
            return said
        if (kind, said) == ("sign", "("):
            found = self._either()
            assert self._takes(")")
            return found
        assert kind == "name", said
        if self._takes("("):
            return self._called(said)
        words = {"true": True, "false": False, "null": None}
        if said in words:
            return words[said]
        assert said in self.contexts, f"there is no context {said}"
        return self.contexts[said]

    def _called(self, name: object) -> object:
        arguments = []
        while not self._takes(")"):
            arguments.append(self._either())
            self._takes(",")
        return self.functions[name](*arguments)


def tokens(text: str) -> list[tuple[str, object]]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        assert match, f"{text[at:]!r} is no expression"
        at = match.end()
        kind = match.lastgroup
        said = match[kind]
        found.append((kind, int(said) if kind == "number" else said.replace("''", "'") if kind == "text" else said))
    return found


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


def equal(one: object, other: object) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    if type(one) is type(other):
        return one == other
    return number(one) == number(other)


def contains(where: object, what: object) -> bool:
    return any(equal(one, what) for one in where) if isinstance(where, list) else str(what).casefold() in shown(where).casefold()


def shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value) if isinstance(value, (dict, list)) else str(value)
