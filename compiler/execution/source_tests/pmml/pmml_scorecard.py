"""PMML scorecards: reading, validation and evaluation; dmg.org/pmml/v4-4, "Scorecard"."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from compiler.execution.source_tests.pmml.pmml_tree import (
    COMPARISON_OPERATORS,
    PREDICATES,
    Node,
    PmmlError,
    Value,
    array_values,
    evaluate_predicate,
    parse_number,
)
from compiler.foundation.suggestions import closest_match

_OPERATORS = {
    "SimplePredicate": ("operator", COMPARISON_OPERATORS | {"isMissing", "isNotMissing"}),
    "SimpleSetPredicate": ("booleanOperator", frozenset({"isIn", "isNotIn"})),
    "CompoundPredicate": ("booleanOperator", frozenset({"and", "or", "xor", "surrogate"})),
}
_SUPPORTED_FEATURES = frozenset({"predictedValue", "reasonCode"})
_UNSUPPORTED_ELEMENTS = frozenset({"ComplexPartialScore", "DerivedField", "Targets"})
NUMERIC_TYPES = frozenset({"double", "float", "integer"})


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A scorecard with its fields."""

    model: Node
    fields: Mapping[str, Node]
    mining_fields: Mapping[str, Node]

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of inputs."""
        return tuple(
            name for name, node in self.mining_fields.items() if node.attributes.get("usageType", "active") == "active"
        )

    @property
    def outputs(self) -> Mapping[str, Node]:
        """The outputs by name: the target alone if none are declared."""
        output_node = self.model.find_first("Output")
        if output_node is not None:
            return {node.required_attribute("name"): node for node in output_node.find_all("OutputField")}
        target_usages = ("target", "predicted")
        return {
            name: node for name, node in self.mining_fields.items() if node.attributes.get("usageType") in target_usages
        }

    @property
    def characteristics(self) -> Iterator[Node]:
        """The characteristics."""
        parent_node = self.model.find_first("Characteristics")
        return parent_node.find_all("Characteristic") if parent_node else iter(())

    @property
    def has_reason_codes(self) -> bool:
        """Whether reason codes are used."""
        return self.model.attributes.get("useReasonCodes", "true") in {"true", "1"}

    def is_numeric(self, name: str) -> bool:
        """Whether a field is numeric."""
        return self.fields[name].attributes.get("dataType") in NUMERIC_TYPES

    def valid_values(self, name: str) -> list[str]:
        """The valid values of a field; empty if unrestricted."""
        values = self.fields[name].find_all("Value")
        return [
            value.required_attribute("value")
            for value in values
            if value.attributes.get("property", "valid") == "valid"
        ]


def load_scorecard(root: Node, model: Node) -> Scorecard:
    """Load the scorecard of a file."""
    dictionary, schema = root.find_first("DataDictionary"), model.find_first("MiningSchema")
    if dictionary is None or schema is None:
        raise PmmlError(f"there is no `{'DataDictionary' if dictionary is None else 'MiningSchema'}`", model.line)
    fields = {node.required_attribute("name"): node for node in dictionary.find_all("DataField")}
    mining_fields = {node.required_attribute("name"): node for node in schema.find_all("MiningField")}
    for name, node in mining_fields.items():
        if name not in fields:
            raise PmmlError(f"there is no `DataField` `{name}`{_suggestion(name, fields)}", node.line)
    return Scorecard(model, fields, mining_fields)


def _suggestion(name: str, candidates: Mapping[str, object] | Sequence[str]) -> str:
    suggestion = closest_match(name, sorted(candidates))
    return f": did you mean `{suggestion}`?" if suggestion else ""


def unsupported_nodes(root: Node) -> Iterator[tuple[Node, str]]:
    """Parts of a file that are not evaluated."""
    for node in root.iter_subtree():
        if node.name in _UNSUPPORTED_ELEMENTS:
            yield node, f"`{node.name}` is not supported"
        elif node.name == "OutputField" and node.attributes.get("feature", "predictedValue") not in _SUPPORTED_FEATURES:
            yield node, f"an output of the feature `{node.attributes['feature']}` is not supported"


def validation_errors(card: Scorecard) -> Iterator[PmmlError]:
    """Violations of the standard, each at its line."""
    card.model.float_attribute("initialScore")
    if next(card.characteristics, None) is None:
        yield PmmlError("the scorecard has no characteristics", card.model.line)
    for characteristic in card.characteristics:
        attributes = list(characteristic.find_all("Attribute"))
        if not attributes:
            yield PmmlError(f"{_describe(characteristic)} has no attributes", characteristic.line)
        if (
            card.has_reason_codes
            and characteristic.float_attribute("baselineScore") is None
            and card.model.float_attribute("baselineScore") is None
        ):
            yield PmmlError(
                f"{_describe(characteristic)} has no `baselineScore`, which is required to rank reasons",
                characteristic.line,
            )
        for attribute in attributes:
            try:
                _check_attribute(card, characteristic, attribute)
            except PmmlError as error:
                yield error


def _describe(characteristic: Node) -> str:
    return f"the characteristic `{characteristic.attributes.get('name', '')}`"


def _check_attribute(card: Scorecard, characteristic: Node, attribute: Node) -> None:
    attribute.float_attribute("partialScore")
    if attribute.find_first("ComplexPartialScore") is None:
        attribute.required_attribute("partialScore")
    if attribute.find_first(*PREDICATES) is None:
        raise PmmlError("the attribute has no predicate", attribute.line)
    if card.has_reason_codes and not (
        attribute.attributes.get("reasonCode") or characteristic.attributes.get("reasonCode")
    ):
        raise PmmlError("the attribute has no `reasonCode`, and its characteristic has none", attribute.line)
    for node in attribute.iter_subtree():
        if node.name in _OPERATORS:
            _check_predicate(card, node)


def _check_predicate(card: Scorecard, node: Node) -> None:
    key, operators = _OPERATORS[node.name]
    operator = node.required_attribute(key)
    if operator not in operators:
        raise PmmlError(
            f"`{operator}` is not an operator of `{node.name}`{_suggestion(operator, sorted(operators))}", node.line
        )
    if node.name == "CompoundPredicate":
        return
    name = node.required_attribute("field")
    if name not in card.inputs:
        raise PmmlError(f"there is no active `MiningField` `{name}`{_suggestion(name, card.inputs)}", node.line)
    if operator in COMPARISON_OPERATORS - {"equal", "notEqual"} and not card.is_numeric(name):
        raise PmmlError(f"`{operator}` compares numbers, but `{name}` is not a number", node.line)
    texts = (
        array_values(node)
        if node.name == "SimpleSetPredicate"
        else [node.required_attribute("value")]
        if operator in COMPARISON_OPERATORS
        else []
    )
    valid_values = card.valid_values(name)
    for text in texts:
        if card.is_numeric(name):
            parse_number(text, node)
        elif valid_values and text not in valid_values:
            raise PmmlError(f"the field `{name}` has no value `{text}`{_suggestion(text, valid_values)}", node.line)


def evaluate(card: Scorecard, inputs: Mapping[str, Value]) -> dict[str, object]:
    """The output of the scorecard; raises `PmmlError` if it is invalid."""
    values = {name: _prepare_value(card, name, inputs.get(name)) for name in card.inputs}
    score, reasons = card.model.float_attribute("initialScore") or 0.0, dict[str, float]()
    sign = 1 if card.model.attributes.get("reasonCodeAlgorithm", "pointsBelow") == "pointsAbove" else -1
    for characteristic in card.characteristics:
        attribute = next(
            (candidate for candidate in characteristic.find_all("Attribute") if _applies(candidate, values)), None
        )
        if attribute is None:
            raise PmmlError(
                f"no attribute of {_describe(characteristic)} applies, so there is no score", characteristic.line
            )
        points = attribute.float_attribute("partialScore") or 0.0
        score += points
        if card.has_reason_codes:
            code = attribute.attributes.get("reasonCode") or characteristic.required_attribute("reasonCode")
            own_baseline = characteristic.float_attribute("baselineScore")
            baseline = own_baseline if own_baseline is not None else card.model.float_attribute("baselineScore") or 0.0
            reasons[code] = reasons.get(code, 0.0) + sign * (points - baseline)
    ranked_codes = sorted((code for code in reasons if reasons[code] >= 0), key=lambda code: -reasons[code])
    return {name: _output_value(node, score, ranked_codes) for name, node in card.outputs.items()}


def _output_value(node: Node, score: float, ranked_codes: Sequence[str]) -> object:
    if node.attributes.get("feature", "predictedValue") != "reasonCode":
        return score
    rank = int(node.float_attribute("rank") or 1)
    return ranked_codes[rank - 1] if 0 < rank <= len(ranked_codes) else None


def _applies(attribute: Node, values: Mapping[str, Value]) -> bool:
    predicate = attribute.find_first(*PREDICATES)
    return predicate is not None and evaluate_predicate(predicate, values) is True


def _prepare_value(card: Scorecard, name: str, value: Value) -> Value:
    """A value after the treatment of missing and invalid values."""
    treatments, valid_values = card.mining_fields[name].attributes, card.valid_values(name)
    if card.is_numeric(name) and value is not None:
        if isinstance(value, bool | str):
            raise PmmlError(f"`{value}` is not a number, which `{name}` requires", card.mining_fields[name].line)
        try:
            value = float(value)
        except OverflowError:
            raise PmmlError(f"the number is too large for `{name}`", card.mining_fields[name].line) from None
    if value is not None and valid_values and not any(_matches_text(value, text) for text in valid_values):
        match treatments.get("invalidValueTreatment", "returnInvalid"):
            case "returnInvalid":
                raise PmmlError(f"`{value}` is not a valid value of `{name}`", card.mining_fields[name].line)
            case "asMissing":
                value = None
    if value is None and "missingValueReplacement" in treatments:
        text = treatments["missingValueReplacement"]
        return parse_number(text, card.mining_fields[name]) if card.is_numeric(name) else text
    if value is None and treatments.get("missingValueTreatment") == "returnInvalid":
        raise PmmlError(f"`{name}` is missing, but required by the mining schema", card.mining_fields[name].line)
    return value


def _matches_text(value: Value, text: str) -> bool:
    try:
        return value == float(text) if isinstance(value, float) else str(value) == text
    except ValueError:
        return False


def coverage_gaps(card: Scorecard) -> Iterator[tuple[Node, str]]:
    """Values for which a characteristic of one field gives no score, or two different ones; the first of each."""
    for characteristic in card.characteristics:
        attributes = list(characteristic.find_all("Attribute"))
        names = {
            node.attributes["field"]
            for attribute in attributes
            for node in attribute.iter_subtree()
            if "field" in node.attributes
        }
        if len(names) != 1:
            continue
        name = names.pop()
        reported_problems: set[bool] = set()
        for label, value in _sample_values(card, name, attributes):
            matching_attributes = [attribute for attribute in attributes if _applies(attribute, {name: value})]
            specific_attributes = [
                attribute for attribute in matching_attributes if attribute.find_first("True") is None
            ]
            if not matching_attributes and True not in reported_problems:
                reported_problems.add(True)
                yield characteristic, f"{_describe(characteristic)} gives `{name}` {label} no points"
            if (
                len({attribute.float_attribute("partialScore") for attribute in specific_attributes}) > 1
                and False not in reported_problems
            ):
                reported_problems.add(False)
                scores_text = " and ".join(
                    f"{attribute.float_attribute('partialScore'):g}" for attribute in specific_attributes
                )
                yield (
                    specific_attributes[1],
                    f"{_describe(characteristic)} gives `{name}` {label} both {scores_text} points",
                )


def _sample_values(card: Scorecard, name: str, attributes: Sequence[Node]) -> Iterator[tuple[str, Value]]:
    """One value per range that the predicates distinguish, with its name."""
    nodes = [
        node for attribute in attributes for node in attribute.iter_subtree() if node.attributes.get("field") == name
    ]
    texts = [text for node in nodes for text in _comparison_texts(node)]
    if not card.is_numeric(name):
        yield from ((f"= {text}", text) for text in dict.fromkeys(card.valid_values(name) or texts))
        return
    valid_values = [parse_number(text, card.fields[name]) for text in card.valid_values(name)]
    bounds = valid_values or sorted({parse_number(text, card.fields[name]) for text in texts})
    samples: list[tuple[str, float]] = [(f"= {limit:g}", limit) for limit in bounds]
    if bounds and not valid_values:
        samples += [(f"between {low:g} and {high:g}", (low + high) / 2) for low, high in pairwise(bounds)]
        samples += [(f"below {bounds[0]:g}", bounds[0] - 1), (f"above {bounds[-1]:g}", bounds[-1] + 1)]
    yield from (
        (label, value)
        for label, value in sorted(samples, key=lambda item: item[1])
        if _is_in_intervals(card, name, value)
    )


def _comparison_texts(node: Node) -> list[str]:
    if node.name == "SimpleSetPredicate":
        return array_values(node)
    return [node.attributes["value"]] if "value" in node.attributes else []


def _is_in_intervals(card: Scorecard, name: str, value: float) -> bool:
    """Whether a number is in one of the field's intervals, if it has any."""
    intervals = list(card.fields[name].find_all("Interval"))
    return not intervals or any(_interval_contains(interval, value) for interval in intervals)


def _interval_contains(interval: Node, value: float) -> bool:
    low, high = interval.float_attribute("leftMargin"), interval.float_attribute("rightMargin")
    closure = interval.attributes.get("closure", "closedClosed")
    is_above_low = low is None or value > low or (value == low and closure.startswith("closed"))
    is_below_high = high is None or value < high or (value == high and closure.endswith("Closed"))
    return is_above_low and is_below_high
