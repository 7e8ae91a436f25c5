"""PMML as a tree with line numbers, and its predicates; dmg.org/pmml/v4-4, "Trees"."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers.expat import XMLParserType

MAX_DEPTH = 100
"""Maximum depth; no readable model is deeper."""
COMPARISON_OPERATORS = frozenset({"equal", "notEqual", "lessThan", "lessOrEqual", "greaterThan", "greaterOrEqual"})
_ARRAY_ITEM = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
Value = float | str | bool | None
"""The value of a field; `None` if missing."""


class PmmlError(ValueError):
    """What is wrong with a file, and the line."""

    def __init__(self, message: str, line: int, column: int = 1, *, is_external: bool = False) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.is_external = is_external


@dataclass(slots=True)
class Node:
    """An element, by local name."""

    name: str
    attributes: Mapping[str, str]
    line: int
    children: list["Node"] = field(default_factory=list)
    text: str = ""

    def find_all(self, *names: str) -> Iterator["Node"]:
        """The children with these names."""
        return (child for child in self.children if child.name in names)

    def find_first(self, *names: str) -> "Node | None":
        """The first child with one of these names."""
        return next(self.find_all(*names), None)

    def iter_subtree(self) -> Iterator["Node"]:
        """The element and all its descendants."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack += reversed(node.children)

    def required_attribute(self, attribute: str) -> str:
        """An attribute that must exist."""
        if attribute not in self.attributes:
            raise PmmlError(f"`{self.name}` has no `{attribute}`", self.line)
        return self.attributes[attribute]

    def float_attribute(self, attribute: str) -> float | None:
        """A numeric attribute, if it exists."""
        text = self.attributes.get(attribute)
        return None if text is None else parse_number(text, self)


def parse_number(text: str, node: Node) -> float:
    """Parse a number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise PmmlError(f"`{text}` is not a number", node.line)
    return value


class _TreeBuilder:
    """Builds the tree from parser events."""

    def __init__(self) -> None:
        self.parser: XMLParserType | None = None
        self.stack = [Node("", {}, 1)]

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Start of an element."""
        line = self.parser.CurrentLineNumber if self.parser else 1
        if len(self.stack) > MAX_DEPTH:
            raise PmmlError(f"elements are nested more than {MAX_DEPTH} levels deep", line)
        node = Node(tag.rpartition("}")[2], attributes, line)
        self.stack[-1].children.append(node)
        self.stack.append(node)

    def end(self, _: str) -> None:
        """End of an element."""
        self.stack.pop()

    def data(self, text: str) -> None:
        """Text between elements."""
        self.stack[-1].text += text

    def close(self) -> Node:
        """The root."""
        return self.stack[0].children[0]


def parse_pmml(content: bytes) -> Node:
    """Parse a file, without entities and document types, which models do not need."""
    from defusedxml import DefusedXmlException, DTDForbidden, ElementTree  # noqa: PLC0415 - an extra

    builder = _TreeBuilder()
    parser = ElementTree.DefusedXMLParser(target=builder, forbid_dtd=True)
    builder.parser = parser.parser
    try:
        parser.feed(content)
        root = parser.close()
    except ElementTree.ParseError as error:
        line, column = error.position
        raise PmmlError(str(error).partition(": line")[0].partition(":")[0], line, column + 1) from error
    except DefusedXmlException as error:
        is_external = isinstance(error, DTDForbidden) and bool(error.sysid or error.pubid)
        message = "document type declarations are not allowed: they can include other files or expand without limit"
        raise PmmlError(message, parser.parser.CurrentLineNumber, is_external=is_external) from error
    except LookupError as error:
        raise PmmlError(str(error), 1) from error
    if root.name != "PMML":
        raise PmmlError(f"the root element is `{root.name}`, not `PMML`", root.line)
    return root


def array_values(node: Node) -> list[str]:
    """The words of an `Array`, as many as its `n`."""
    array_node = node.find_first("Array")
    if array_node is None:
        raise PmmlError(f"`{node.name}` has no `Array`", node.line)
    words = [
        re.sub(r"\\(.)", r"\1", quoted_text) if quoted_text else plain_text
        for quoted_text, plain_text in _ARRAY_ITEM.findall(array_node.text)
    ]
    declared_count = array_node.float_attribute("n")
    if declared_count is not None and declared_count != len(words):
        raise PmmlError(f"the `Array` has {len(words)} values, but declares n={declared_count:g}", array_node.line)
    return words


PREDICATES = ("SimplePredicate", "SimpleSetPredicate", "CompoundPredicate", "True", "False")


def evaluate_predicate(node: Node, values: Mapping[str, Value]) -> bool | None:
    """Whether a predicate is true; `None` for unknown."""
    if node.name in {"True", "False"}:
        return node.name == "True"
    if node.name == "CompoundPredicate":
        return _combine(
            node.required_attribute("booleanOperator"),
            [evaluate_predicate(part, values) for part in node.find_all(*PREDICATES)],
        )
    value = values.get(node.required_attribute("field"))
    if node.name == "SimpleSetPredicate":
        is_in = any(equals_text(value, text, node) for text in array_values(node))
        return None if value is None else is_in is (node.required_attribute("booleanOperator") == "isIn")
    operator = node.required_attribute("operator")
    if operator in {"isMissing", "isNotMissing"}:
        return (value is None) is (operator == "isMissing")
    return None if value is None else _compare(operator, value, node.required_attribute("value"), node)


def equals_text(value: Value, text: str, node: Node) -> bool:
    """Whether a value equals a text of the file."""
    if isinstance(value, bool):
        return text == str(value).lower()
    return value == parse_number(text, node) if isinstance(value, float) else str(value) == text


def _compare(operator: str, value: Value, text: str, node: Node) -> bool:
    if not isinstance(value, float):
        return equals_text(value, text, node) is (operator == "equal")
    operand = parse_number(text, node)
    return {
        "equal": value == operand,
        "notEqual": value != operand,
        "lessThan": value < operand,
        "lessOrEqual": value <= operand,
        "greaterThan": value > operand,
        "greaterOrEqual": value >= operand,
    }[operator]


def _combine(operator: str, results: list[bool | None]) -> bool | None:
    match operator:
        case "and":
            return False if False in results else None if None in results else True
        case "or":
            return True if True in results else None if None in results else False
        case "xor":
            return None if None in results else sum(map(bool, results)) % 2 == 1
    return next((result for result in results if result is not None), None)  # surrogate
