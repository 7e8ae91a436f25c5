"""Faults in words: what was found, what was expected, and where to edit."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from compiler.foundation.json_data import Json, Pointer, as_list, as_object, at
from compiler.foundation.suggestions import listed, nearest
from compiler.json_schema.descriptions import MOST_OPTIONS, counted, described, expectation, limit, shown
from compiler.json_schema.engine import Fault
from compiler.json_schema.registry import Documents
from compiler.json_schema.violation import Violation

_MOST_NAMED = 12
_UNEXPECTED = {"additionalProperties", "unevaluatedProperties", "propertyNames"}


class Wording:
    """How faults of one schema in one piece of data are told."""

    def __init__(self, documents: Documents, data: Json, spelling: Callable[[Pointer], str | None] | None) -> None:
        self._documents = documents
        self._data = data
        self._spelling = spelling

    def violations(self, faults: Iterable[Fault]) -> list[Violation]:
        """One or more a fault; a key that is missing because it is misspelt is told once, as the misspelling."""
        found = [violation for fault in faults for violation in self._told(fault)]
        unknown = {one.pointer: one for one in found if one.keyword == "unknown"}
        misspelt = {(one.pointer[:-1], one.suggestion) for one in unknown.values()}
        kept = [one for one in found if one.keyword != "unknown" or unknown[one.pointer] is one]
        return [one for one in kept if one.missing is None or (one.pointer, one.missing) not in misspelt]

    def _told(self, fault: Fault) -> Iterator[Violation]:
        if fault.keyword in _UNEXPECTED:
            yield from (self._unknown(fault, name) for name in fault.names)
        elif fault.keyword == "required":
            yield from (self._missing(fault, name) for name in fault.names)
        elif fault.keyword == "costly":
            message = f"comparing the text with the pattern {shown(fault.node.get('pattern'))} takes too long"
            yield Violation(fault.pointer, "costly", message, "write a pattern that does not repeat what it repeats")
        elif fault.keyword == "false":
            yield self._forbidden(fault.pointer)
        elif fault.keyword == "not":
            yield from self._excluded(fault)
        elif fault.branches:
            yield self._alternatives(fault)
        else:
            yield self._value(fault)

    def _unknown(self, fault: Fault, name: str) -> Violation:
        pointer = (*fault.pointer, name)
        rule = as_object(fault.node.get("propertyNames")) if fault.keyword == "propertyNames" else {}
        present = as_object(at(self._data, fault.pointer))
        candidates = [*self._documents.declared(fault.node), *_texts(rule.get("enum"))]
        free = sorted({one for one in candidates if one not in present})
        meant = nearest(name, candidates)
        message = f"`{name}` is not known here"
        if said := described(rule):
            message += f": expected {said}"
        if meant in present:
            return Violation(pointer, "unknown", message, f"`{meant}` stands here already")
        return Violation(pointer, "unknown", message, _choices(meant, [f"`{one}`" for one in free]), suggestion=meant)

    def _missing(self, fault: Fault, name: str) -> Violation:
        said = described(as_object(self._documents.declared(fault.node).get(name)))
        hint = f"`{name}` is {said}" if said else None
        return Violation(fault.pointer, "required", f"`{name}` is missing", hint, missing=name)

    def _forbidden(self, pointer: Pointer) -> Violation:
        if not pointer:
            return Violation(pointer, "false", "nothing may stand here")
        if isinstance(pointer[-1], int):
            return Violation(pointer, "items", f"expected at most {pointer[-1]} elements, found more")
        return Violation(pointer, "unknown", f"`{pointer[-1]}` may not stand here")

    def _excluded(self, fault: Fault) -> Iterator[Violation]:
        """A `not` that only excludes keys names them; another says what the schema's author says of it."""
        rule = as_object(fault.node.get("not"))
        if set(rule) == {"required"}:
            keys = listed(_texts(rule["required"]), last="and")
            together = " together" * (len(as_list(rule["required"])) > 1)
            name = _texts(rule["required"])[-1]
            yield Violation((*fault.pointer, name), "unknown", f"{keys} may not stand here{together}")
            return
        said = described(rule)
        message = f"expected anything but {said}, found {self._found(fault.pointer)}" if said else None
        yield Violation(fault.pointer, "not", message or f"{self._found(fault.pointer)} may not stand here")

    def _alternatives(self, fault: Fault) -> Violation:
        said = described(fault.node)
        message = self._one_key(fault) or self._one_value(fault, said)
        return Violation(fault.pointer, fault.keyword, message)

    def _one_key(self, fault: Fault) -> str | None:
        """The message where each alternative only asks for keys of its own."""
        nodes = [as_object(one) for one in as_list(fault.node.get(fault.keyword))]
        if not nodes or not all(set(node) == {"required"} for node in nodes):
            return None
        wanted = [listed(_texts(node["required"]), last="with") for node in nodes]
        holding = [wanted[i] for i, branch in enumerate(fault.branches) if not branch]
        if not holding:
            return f"expected {' or '.join(wanted)}, found none of them"
        return f"expected only one of {', '.join(wanted)}, found {' and '.join(holding)}"

    def _one_value(self, fault: Fault, said: str | None) -> str:
        found = self._found(fault.pointer)
        if said is None and not all(fault.branches):
            count = sum(not branch for branch in fault.branches)
            return f"expected exactly one of {len(fault.branches)} alternatives, found {found}, which fits {count}"
        parts = [expectation(one.keyword, one.node) for branch in fault.branches for one in branch]
        return f"expected {said or ' or '.join(dict.fromkeys(filter(None, parts)))}, found {found}"

    def _value(self, fault: Fault) -> Violation:
        expected = expectation(fault.keyword, fault.node)
        message, meant, hint = self._unusual(fault), None, None
        if expected:
            found = self._found(fault.pointer)
            if limit(fault.keyword, fault.node) == expected:
                found = counted(fault.keyword, at(self._data, fault.pointer), lambda: self._found(fault.pointer))
            message = f"expected {expected}, found {found}"
        if fault.keyword in {"enum", "const"}:
            meant, hint = self._option(fault)
        return Violation(fault.pointer, fault.keyword, message, hint, suggestion=meant)

    def _option(self, fault: Fault) -> tuple[str | None, str | None]:
        values = as_list(fault.node.get("enum"))
        found = at(self._data, fault.pointer)
        meant = nearest(found, _texts(values)) if isinstance(found, str) else None
        return meant, _choices(meant, [shown(value) for value in values] if len(values) > MOST_OPTIONS else [])

    def _unusual(self, fault: Fault) -> str:
        value = as_list(at(self._data, fault.pointer)) if fault.keyword == "uniqueItems" else ()
        for index, item in enumerate(value):
            if item in value[:index]:
                return f"expected every element once, found {shown(item)} twice"
        if fault.keyword == "contains":
            said = described(as_object(fault.node.get("contains"))) or "an element of a certain form"
            return f"expected the list to contain {said}, as often as is allowed"
        return {
            "unreadable": "the value is nested too deeply, or holds text that is not Unicode",
            "unevaluatedItems": "the list has elements that are not expected",
            "additionalItems": "the list has more elements than expected",
        }.get(fault.keyword, f"{self._found(fault.pointer)} does not satisfy `{fault.keyword}`")

    def _found(self, pointer: Pointer) -> str:
        value = at(self._data, pointer)
        spelt = None if isinstance(value, Mapping | list | tuple) or self._spelling is None else self._spelling(pointer)
        return shown(value) if spelt is None else f"`{spelt}`" if spelt else "nothing"


def _choices(meant: str | None, offered: Sequence[str]) -> str | None:
    if meant:
        return f"did you mean `{meant}`?"
    return f"one of: {', '.join(offered)}" if 1 < len(offered) <= _MOST_NAMED else None


def _texts(values: Json) -> list[str]:
    return [value for value in as_list(values) if isinstance(value, str)]
