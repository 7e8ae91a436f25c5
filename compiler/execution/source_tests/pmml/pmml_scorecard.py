"""What a scorecard of PMML says, whether it can be so, and what it answers; dmg.org/pmml/v4-4, "Scorecard"."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from compiler.execution.source_tests.pmml.pmml_tree import (
    COMPARED,
    PREDICATES,
    Node,
    PmmlError,
    Value,
    array,
    holds,
    number,
)
from compiler.foundation.suggestions import nearest

_OPERATORS = {
    "SimplePredicate": ("operator", COMPARED | {"isMissing", "isNotMissing"}),
    "SimpleSetPredicate": ("booleanOperator", frozenset({"isIn", "isNotIn"})),
    "CompoundPredicate": ("booleanOperator", frozenset({"and", "or", "xor", "surrogate"})),
}
_FEATURES = frozenset({"predictedValue", "reasonCode"})
_NOT_RUN = frozenset({"ComplexPartialScore", "DerivedField", "Targets"})
NUMBERS = frozenset({"double", "float", "integer"})


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A scorecard with the fields that it speaks of."""

    model: Node
    fields: Mapping[str, Node]
    mining: Mapping[str, Node]

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of what is asked."""
        return tuple(
            name for name, node in self.mining.items() if node.attributes.get("usageType", "active") == "active"
        )

    @property
    def outputs(self) -> Mapping[str, Node]:
        """What is answered, by name: the target alone where nothing is said."""
        held = self.model.first("Output")
        if held is not None:
            return {node.asked("name"): node for node in held.all("OutputField")}
        aims = ("target", "predicted")
        return {name: node for name, node in self.mining.items() if node.attributes.get("usageType") in aims}

    @property
    def characteristics(self) -> Iterator[Node]:
        """The characteristics."""
        held = self.model.first("Characteristics")
        return held.all("Characteristic") if held else iter(())

    @property
    def is_explained(self) -> bool:
        """Whether there are reason codes."""
        return self.model.attributes.get("useReasonCodes", "true") in {"true", "1"}

    def is_number(self, name: str) -> bool:
        """Whether a field holds numbers."""
        return self.fields[name].attributes.get("dataType") in NUMBERS

    def valid(self, name: str) -> list[str]:
        """The values that a field may have, none where it does not say."""
        values = self.fields[name].all("Value")
        return [value.asked("value") for value in values if value.attributes.get("property", "valid") == "valid"]


def of(root: Node, model: Node) -> Scorecard:
    """The scorecard of a file."""
    dictionary, schema = root.first("DataDictionary"), model.first("MiningSchema")
    if dictionary is None or schema is None:
        raise PmmlError(f"there is no `{'DataDictionary' if dictionary is None else 'MiningSchema'}`", model.line)
    fields = {node.asked("name"): node for node in dictionary.all("DataField")}
    mining = {node.asked("name"): node for node in schema.all("MiningField")}
    for name, node in mining.items():
        if name not in fields:
            raise PmmlError(f"no `DataField` is `{name}`{_near(name, fields)}", node.line)
    return Scorecard(model, fields, mining)


def _near(name: str, known: Mapping[str, object] | Sequence[str]) -> str:
    near = nearest(name, sorted(known))
    return f": did you mean `{near}`?" if near else ""


def left_out(root: Node) -> Iterator[tuple[Node, str]]:
    """What of a file is not run."""
    for node in root.within():
        if node.name in _NOT_RUN:
            yield node, f"`{node.name}` is not run here"
        elif node.name == "OutputField" and node.attributes.get("feature", "predictedValue") not in _FEATURES:
            yield node, f"an output of the feature `{node.attributes['feature']}` is not run here"


def mistakes(card: Scorecard) -> Iterator[PmmlError]:
    """What no scorecard may say, each at its line."""
    card.model.number("initialScore")
    if next(card.characteristics, None) is None:
        yield PmmlError("the scorecard has no characteristics", card.model.line)
    for characteristic in card.characteristics:
        attributes = list(characteristic.all("Attribute"))
        if not attributes:
            yield PmmlError(f"{_named(characteristic)} has no attributes", characteristic.line)
        if (
            card.is_explained
            and characteristic.number("baselineScore") is None
            and card.model.number("baselineScore") is None
        ):
            yield PmmlError(
                f"{_named(characteristic)} has no `baselineScore`, by which reasons are ranked", characteristic.line
            )
        for attribute in attributes:
            try:
                _attribute(card, characteristic, attribute)
            except PmmlError as error:
                yield error


def _named(characteristic: Node) -> str:
    return f"the characteristic `{characteristic.attributes.get('name', '')}`"


def _attribute(card: Scorecard, characteristic: Node, attribute: Node) -> None:
    attribute.number("partialScore")
    if attribute.first("ComplexPartialScore") is None:
        attribute.asked("partialScore")
    if attribute.first(*PREDICATES) is None:
        raise PmmlError("the attribute has no predicate", attribute.line)
    if card.is_explained and not (
        attribute.attributes.get("reasonCode") or characteristic.attributes.get("reasonCode")
    ):
        raise PmmlError("the attribute has no `reasonCode`, and its characteristic has none", attribute.line)
    for node in attribute.within():
        if node.name in _OPERATORS:
            _predicate(card, node)


def _predicate(card: Scorecard, node: Node) -> None:
    key, known = _OPERATORS[node.name]
    operator = node.asked(key)
    if operator not in known:
        raise PmmlError(f"`{operator}` is no operator of `{node.name}`{_near(operator, sorted(known))}", node.line)
    if node.name == "CompoundPredicate":
        return
    name = node.asked("field")
    if name not in card.inputs:
        raise PmmlError(f"no active `MiningField` is `{name}`{_near(name, card.inputs)}", node.line)
    if operator in COMPARED - {"equal", "notEqual"} and not card.is_number(name):
        raise PmmlError(f"`{operator}` compares numbers, and `{name}` is none", node.line)
    texts = array(node) if node.name == "SimpleSetPredicate" else [node.asked("value")] if operator in COMPARED else []
    valid = card.valid(name)
    for text in texts:
        if card.is_number(name):
            number(text, node)
        elif valid and text not in valid:
            raise PmmlError(f"the field `{name}` has no value `{text}`{_near(text, valid)}", node.line)


def answer(card: Scorecard, given: Mapping[str, Value]) -> dict[str, object]:
    """What the scorecard answers; raises `PmmlError` where it answers nothing valid."""
    values = {name: _prepared(card, name, given.get(name)) for name in card.inputs}
    score, reasons = card.model.number("initialScore") or 0.0, dict[str, float]()
    sign = 1 if card.model.attributes.get("reasonCodeAlgorithm", "pointsBelow") == "pointsAbove" else -1
    for characteristic in card.characteristics:
        chosen = next((one for one in characteristic.all("Attribute") if _applies(one, values)), None)
        if chosen is None:
            raise PmmlError(
                f"no attribute of {_named(characteristic)} applies, so that there is no score", characteristic.line
            )
        points = chosen.number("partialScore") or 0.0
        score += points
        if card.is_explained:
            code = chosen.attributes.get("reasonCode") or characteristic.asked("reasonCode")
            own = characteristic.number("baselineScore")
            baseline = own if own is not None else card.model.number("baselineScore") or 0.0
            reasons[code] = reasons.get(code, 0.0) + sign * (points - baseline)
    ranked = sorted((code for code in reasons if reasons[code] >= 0), key=lambda code: -reasons[code])
    return {name: _output(node, score, ranked) for name, node in card.outputs.items()}


def _output(node: Node, score: float, ranked: Sequence[str]) -> object:
    if node.attributes.get("feature", "predictedValue") != "reasonCode":
        return score
    rank = int(node.number("rank") or 1)
    return ranked[rank - 1] if 0 < rank <= len(ranked) else None


def _applies(attribute: Node, values: Mapping[str, Value]) -> bool:
    predicate = attribute.first(*PREDICATES)
    return predicate is not None and holds(predicate, values) is True


def _prepared(card: Scorecard, name: str, value: Value) -> Value:
    """A value as the model sees it, after what the schema says of missing and invalid ones."""
    said, valid = card.mining[name].attributes, card.valid(name)
    if card.is_number(name) and value is not None:
        if isinstance(value, bool | str):
            raise PmmlError(f"`{value}` is no number, which `{name}` is", card.mining[name].line)
        try:
            value = float(value)
        except OverflowError:
            raise PmmlError(f"the number is too large for `{name}`", card.mining[name].line) from None
    if value is not None and valid and not any(_is(value, text) for text in valid):
        match said.get("invalidValueTreatment", "returnInvalid"):
            case "returnInvalid":
                raise PmmlError(f"`{value}` is no valid value of `{name}`", card.mining[name].line)
            case "asMissing":
                value = None
    if value is None and "missingValueReplacement" in said:
        text = said["missingValueReplacement"]
        return number(text, card.mining[name]) if card.is_number(name) else text
    if value is None and said.get("missingValueTreatment") == "returnInvalid":
        raise PmmlError(f"`{name}` is missing, which the schema does not allow", card.mining[name].line)
    return value


def _is(value: Value, text: str) -> bool:
    try:
        return value == float(text) if isinstance(value, float) else str(value) == text
    except ValueError:
        return False


def uncovered(card: Scorecard) -> Iterator[tuple[Node, str]]:
    """Values that a characteristic of one field gives no points, or two different ones; the first of each."""
    for characteristic in card.characteristics:
        attributes = list(characteristic.all("Attribute"))
        names = {node.attributes["field"] for one in attributes for node in one.within() if "field" in node.attributes}
        if len(names) != 1:
            continue
        name = names.pop()
        told: set[bool] = set()
        for label, value in _points(card, name, attributes):
            met = [one for one in attributes if _applies(one, {name: value})]
            sure = [one for one in met if one.first("True") is None]
            if not met and True not in told:
                told.add(True)
                yield characteristic, f"{_named(characteristic)} gives `{name}` {label} no points"
            if len({one.number("partialScore") for one in sure}) > 1 and False not in told:
                told.add(False)
                both = " and ".join(f"{one.number('partialScore'):g}" for one in sure)
                yield sure[1], f"{_named(characteristic)} gives `{name}` {label} both {both} points"


def _points(card: Scorecard, name: str, attributes: Sequence[Node]) -> Iterator[tuple[str, Value]]:
    """One value of each range that the predicates tell apart, with its name."""
    nodes = [node for one in attributes for node in one.within() if node.attributes.get("field") == name]
    texts = [text for node in nodes for text in _texts(node)]
    if not card.is_number(name):
        yield from ((f"= {text}", text) for text in dict.fromkeys(card.valid(name) or texts))
        return
    valid = [number(text, card.fields[name]) for text in card.valid(name)]
    bounds = valid or sorted({number(text, card.fields[name]) for text in texts})
    found: list[tuple[str, float]] = [(f"= {bound:g}", bound) for bound in bounds]
    if bounds and not valid:
        found += [(f"between {low:g} and {high:g}", (low + high) / 2) for low, high in pairwise(bounds)]
        found += [(f"below {bounds[0]:g}", bounds[0] - 1), (f"above {bounds[-1]:g}", bounds[-1] + 1)]
    yield from (
        (label, value) for label, value in sorted(found, key=lambda item: item[1]) if _is_within(card, name, value)
    )


def _texts(node: Node) -> list[str]:
    if node.name == "SimpleSetPredicate":
        return array(node)
    return [node.attributes["value"]] if "value" in node.attributes else []


def _is_within(card: Scorecard, name: str, value: float) -> bool:
    """Whether a number lies in one of the intervals that its field says, if any."""
    intervals = list(card.fields[name].all("Interval"))
    return not intervals or any(_lies(interval, value) for interval in intervals)


def _lies(interval: Node, value: float) -> bool:
    low, high = interval.number("leftMargin"), interval.number("rightMargin")
    closure = interval.attributes.get("closure", "closedClosed")
    above = low is None or value > low or (value == low and closure.startswith("closed"))
    below = high is None or value < high or (value == high and closure.endswith("Closed"))
    return above and below
