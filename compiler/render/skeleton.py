"""Parses template output into skeletons: the only parser of an output language, and it sees only template text and placeholders."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import yaml

from compiler.foundation.json_data import Json
from compiler.render.embedded_languages import LanguageRules, key_rules, member_rules
from compiler.render.skeleton_nodes import (
    ConstantNode,
    DynamicMapNode,
    DynamicNode,
    InterpolatedScalar,
    ListNode,
    MapNode,
    Slot,
)
from compiler.render.yaml_scalars import is_ambiguous, parse_scalar
from compiler.templating.interpolation import PLACEHOLDER_END, PLACEHOLDER_START, format_number, quoted_excerpt
from compiler.templating.template_errors import OutOfStepsError, OutputProblem, ValueRejectedError

_LOADER: Final[type[yaml.SafeLoader | yaml.CSafeLoader]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLACEHOLDER = re.compile(f"{PLACEHOLDER_START}([0-9]+){PLACEHOLDER_END}")
_ESCAPED_PLACEHOLDER = re.compile(r"\\(?:u|U0000)[eE]00[01]")
_MAX_DEPTH = 100
_STEPS_PER_NODE: Final = 8

SkeletonNode: TypeAlias = "DynamicNode | ConstantNode"


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The documents of one output, or its problems."""

    documents: tuple[SkeletonNode, ...]
    problems: tuple[OutputProblem, ...] = ()
    steps: int = 0
    """What it took to parse the text."""


def parse(text: str, rules: LanguageRules = (), spend: Callable[[int], None] = lambda _: None) -> Skeleton:
    """Parse a text in strict YAML 1.2, which includes JSON. Empty documents are dropped.

    `spend` receives the steps for each node; parsing ends with the `OutOfStepsError` that it raises.
    """
    if escaped_placeholder := _ESCAPED_PLACEHOLDER.search(text):
        return Skeleton(
            (),
            (
                OutputProblem(
                    text.count("\n", 0, escaped_placeholder.start()) + 1,
                    "the characters U+E000 and U+E001 are not allowed",
                ),
            ),
        )
    builder = _SkeletonBuilder(yaml.parse(text, Loader=_LOADER), spend)
    try:
        documents = tuple(builder.documents(rules))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return Skeleton(
            (), (*builder.problems, OutputProblem(line, f"the output of the template is not YAML: {error.problem}"))
        )
    except (yaml.YAMLError, UnicodeError) as error:
        return Skeleton(
            (),
            (
                *builder.problems,
                OutputProblem(1, f"the output of the template is not YAML: {str(error).splitlines()[0]}"),
            ),
        )
    except OutOfStepsError:
        raise
    except ValueRejectedError as rejection:
        return Skeleton((), (*builder.problems, OutputProblem.from_rejection(rejection, builder.line)))
    return Skeleton(documents, tuple(builder.problems), builder.steps)


@dataclass(slots=True)
class _SkeletonBuilder:
    events: Iterator[yaml.Event]
    spend: Callable[[int], None]
    steps: int = 0
    problems: list[OutputProblem] = field(default_factory=list)
    line: int = 1

    def documents(self, rules: LanguageRules) -> Iterator[SkeletonNode]:
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                self._report_if(event.version or event.tags, event, "directives are not supported")
                first = next(self.events)
                document = self._build_node(first, rules, 0)
                if not (isinstance(first, yaml.ScalarEvent) and first.value == "" and not first.style):
                    yield document

    def _report_if(self, condition: object, event: yaml.Event, message: str, help_text: str | None = None) -> None:
        if condition:
            self.problems.append(OutputProblem(_event_line(event), message, (), help_text))

    def _build_node(self, event: yaml.Event, rules: LanguageRules, depth: int) -> SkeletonNode:
        self.line = _event_line(event)
        self.steps += _STEPS_PER_NODE
        self.spend(_STEPS_PER_NODE)
        if depth > _MAX_DEPTH:
            raise ValueRejectedError("the output of the template is nested too deeply")
        has_anchor = getattr(event, "anchor", None) is not None
        self._report_if(
            has_anchor, event, "anchors and aliases are not supported", "use `{% set %}`, a macro or an include"
        )
        self._report_if(getattr(event, "tag", None), event, "tags are not supported")
        if isinstance(event, yaml.ScalarEvent):
            return self._build_scalar(event, rules)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._build_list(rules, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self._build_map(event, rules, depth)
        return ConstantNode(None)  # an alias, which was reported above

    def _build_scalar(self, event: yaml.ScalarEvent, rules: LanguageRules) -> SkeletonNode:
        line, value, is_quoted = _event_line(event), str(event.value), bool(event.style)
        if PLACEHOLDER_START not in value:
            return ConstantNode(value if is_quoted else self._plain_scalar(value, event))
        if placeholder := _PLACEHOLDER.fullmatch(value):
            return Slot(
                int(placeholder[1]),
                line,
                is_quoted,
                tuple(rule for rule in rules if not is_quoted or rule.applies_here),
            )
        parts = [int(part) if index % 2 else part for index, part in enumerate(_PLACEHOLDER.split(value))]
        return InterpolatedScalar(
            tuple(part for part in parts if part != ""), line, tuple(rule for rule in rules if rule.applies_here)
        )

    def _plain_scalar(self, value: str, event: yaml.Event) -> Json:
        self._report_if(
            is_ambiguous(value), event, f"{value!r} has different meanings in YAML 1.1 and 1.2", f'write "{value}"'
        )
        try:
            scalar = parse_scalar(value)
            if isinstance(scalar, (int, float)):
                format_number(scalar)
        except (ValueRejectedError, ValueError):  # ValueError: Python refuses to parse thousands of digits
            self._report_if(True, event, f"parsers disagree about the number {quoted_excerpt(value)}")
            return None
        return scalar

    def _build_list(self, rules: LanguageRules, depth: int) -> SkeletonNode:
        elements: list[SkeletonNode] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            elements.append(self._build_node(event, member_rules(rules, len(elements)), depth + 1))
        constants = [element.data if isinstance(element, ConstantNode) else None for element in elements]
        members = tuple((index, node) for index, node in enumerate(elements) if not isinstance(node, ConstantNode))
        return ListNode(constants, members) if members else ConstantNode(constants)

    def _build_map(self, start: yaml.Event, rules: LanguageRules, depth: int) -> SkeletonNode:
        pairs: dict[str | Slot | InterpolatedScalar, SkeletonNode] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._build_key(event, key_rules(rules), depth)
            self._report_if(key in pairs, event, f"the key {key!r} is twice in one map")
            literal_key = key if isinstance(key, str) else None
            pairs[key] = self._build_node(next(self.events), member_rules(rules, literal_key), depth + 1)
        return _map_node(pairs, _event_line(start))

    def _build_key(self, event: yaml.Event, rules: LanguageRules, depth: int) -> str | Slot | InterpolatedScalar:
        key = self._build_node(event, rules, depth + 1)
        if isinstance(key, (Slot, InterpolatedScalar)):
            return key
        if isinstance(key, ConstantNode) and isinstance(key.data, str):
            return key.data
        self._report_if(True, event, "the key is not text", "write it between quotes")
        return f"{event.start_mark}"


def _event_line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _map_node(pairs: dict[str | Slot | InterpolatedScalar, SkeletonNode], line: int) -> SkeletonNode:
    literal = {key: member for key, member in pairs.items() if isinstance(key, str)}
    if len(literal) < len(pairs):
        return DynamicMapNode(tuple(pairs.items()), line)
    constants = {key: member.data if isinstance(member, ConstantNode) else None for key, member in literal.items()}
    members = tuple((key, node) for key, node in literal.items() if not isinstance(node, ConstantNode))
    return MapNode(constants, members) if members else ConstantNode(constants)
