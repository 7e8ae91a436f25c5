"""Rendered text to skeleton: the only parser of an output language, and all it ever reads is templates and tokens."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import yaml

from compiler.foundation.json_data import Json
from compiler.render.embedded_languages import Rules, below, of_keys
from compiler.render.interpolation import CLOSING, OPENING, number, shown
from compiler.render.skeleton_nodes import Branch, Constant, Hole, Keyed, Mixed, Node, Series
from compiler.render.template_errors import Flaw, RefusedError
from compiler.render.yaml_scalars import is_ambiguous, meaning

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TOKEN = re.compile(f"{OPENING}([0-9]+){CLOSING}")
_ESCAPED_TOKEN = re.compile(r"\\(?:u|U0000)[eE]00[01]")
_DEEPEST = 100

Built: TypeAlias = "Node | Constant"


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The documents of one rendered text, or what is wrong with it."""

    documents: tuple[Built, ...]
    flaws: tuple[Flaw, ...] = ()


def parse(text: str, rules: Rules = ()) -> Skeleton:
    """The skeleton of a text in strict YAML 1.2, which JSON is a part of. Empty documents vanish."""
    if escaped := _ESCAPED_TOKEN.search(text):
        return Skeleton((), (Flaw(text.count("\n", 0, escaped.start()) + 1, "U+E000 and U+E001 mark values"),))
    builder = _Builder(yaml.parse(text, Loader=_LOADER))
    try:
        documents = tuple(builder.documents(rules))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return Skeleton((), (*builder.flaws, Flaw(line, f"the template's text is not YAML: {error.problem}")))
    except (yaml.YAMLError, UnicodeError) as error:
        return Skeleton((), (*builder.flaws, Flaw(1, f"the template's text is not YAML: {str(error).splitlines()[0]}")))
    except RefusedError as refused:
        return Skeleton((), (*builder.flaws, Flaw.of(refused, builder.line)))
    return Skeleton(documents, tuple(builder.flaws))


@dataclass(slots=True)
class _Builder:
    events: Iterator[Any]
    flaws: list[Flaw] = field(default_factory=list)
    line: int = 1

    def documents(self, rules: Rules) -> Iterator[Built]:
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                self._flaw_if(event.version or event.tags, event, "a template states no directives")
                first = next(self.events)
                built = self._value(first, rules, 0)
                if not (isinstance(first, yaml.ScalarEvent) and first.value == "" and not first.style):
                    yield built

    def _flaw_if(self, wrong: object, event: yaml.Event, message: str, advice: str | None = None) -> None:
        if wrong:
            self.flaws.append(Flaw(_line(event), message, (), advice))

    def _value(self, event: yaml.Event, rules: Rules, depth: int) -> Built:
        self.line = _line(event)
        if depth > _DEEPEST:
            raise RefusedError("the template's text nests too deep")
        named = getattr(event, "anchor", None) is not None
        self._flaw_if(named, event, "a template needs no anchors", "use `{% set %}`, a macro or an include")
        self._flaw_if(getattr(event, "tag", None), event, "a template's text has no tags")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, rules)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(rules, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self._map(event, rules, depth)
        return Constant(None)  # an alias, which was noted above

    def _scalar(self, event: yaml.ScalarEvent, rules: Rules) -> Built:
        line, value, quoted = _line(event), str(event.value), bool(event.style)
        if OPENING not in value:
            return Constant(value if quoted else self._plain(value, event))
        if whole := _TOKEN.fullmatch(value):
            return Hole(int(whole[1]), line, quoted, tuple(rule for rule in rules if not quoted or rule.here))
        parts = [int(part) if odd % 2 else part for odd, part in enumerate(_TOKEN.split(value))]
        return Mixed(tuple(part for part in parts if part != ""), line, tuple(rule for rule in rules if rule.here))

    def _plain(self, value: str, event: yaml.Event) -> Json:
        self._flaw_if(
            is_ambiguous(value), event, f"{value!r} means one thing in YAML 1.1 and another in 1.2", f'write "{value}"'
        )
        try:
            known = meaning(value)
            if isinstance(known, (int, float)):
                number(known)
        except (RefusedError, ValueError):  # ValueError: Python refuses to read thousands of digits
            self._flaw_if(True, event, f"{shown(value)} is no number that every reader reads alike")
            return None
        return known

    def _list(self, rules: Rules, depth: int) -> Built:
        elements: list[Built] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            elements.append(self._value(event, below(rules, len(elements)), depth + 1))
        base = [element.data if isinstance(element, Constant) else None for element in elements]
        members = tuple((at, node) for at, node in enumerate(elements) if not isinstance(node, Constant))
        return Series(base, members) if members else Constant(base)

    def _map(self, start: yaml.Event, rules: Rules, depth: int) -> Built:
        pairs: dict[str | Hole | Mixed, Built] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event, of_keys(rules), depth)
            self._flaw_if(key in pairs, event, f"the key {key!r} stands twice in one map")
            known = key if isinstance(key, str) else None
            pairs[key] = self._value(next(self.events), below(rules, known), depth + 1)
        return _joined(pairs, _line(start))

    def _key(self, event: yaml.Event, rules: Rules, depth: int) -> str | Hole | Mixed:
        key = self._value(event, rules, depth + 1)
        if isinstance(key, (Hole, Mixed)):
            return key
        if isinstance(key, Constant) and isinstance(key.data, str):
            return key.data
        self._flaw_if(True, event, "a key is not text", "write it between quotes")
        return f"{event.start_mark}"


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _joined(pairs: dict[str | Hole | Mixed, Built], line: int) -> Built:
    literal = {key: member for key, member in pairs.items() if isinstance(key, str)}
    if len(literal) < len(pairs):
        return Keyed(tuple(pairs.items()), line)
    base = {key: member.data if isinstance(member, Constant) else None for key, member in literal.items()}
    members = tuple((key, node) for key, node in literal.items() if not isinstance(node, Constant))
    return Branch(base, members) if members else Constant(base)
