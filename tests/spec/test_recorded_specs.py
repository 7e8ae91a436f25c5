"""A map of documents records which of them are looked up, and is otherwise the same map."""

import pytest

from compiler.source.read_log import ALL_DOCUMENTS, ALL_NAMES, Read, ReadLog
from compiler.source.yaml_parse import parse
from compiler.spec.portfolio import Spec
from compiler.spec.recorded_specs import RecordedSpecs

PRICE = Spec("Model", "price", parse("name: price", "models/price.yaml").documents[0])


@pytest.mark.parametrize(
    ("look_up", "expected", "name"),
    [
        (lambda specs: specs["price"], PRICE, "price"),
        (lambda specs: specs.get("price"), PRICE, "price"),
        (lambda specs: specs.get("absent"), None, "absent"),
        (lambda specs: "absent" in specs, False, "absent"),
        (list, ["price"], ALL_NAMES),
        (len, 1, ALL_NAMES),
        (lambda specs: list(specs.keys()), ["price"], ALL_NAMES),
        (lambda specs: list(specs.values()), [PRICE], ALL_DOCUMENTS),
        (lambda specs: list(specs.items()), [("price", PRICE)], ALL_DOCUMENTS),
    ],
)
def test_each_way_to_look_up_is_recorded(look_up, expected, name) -> None:
    log = ReadLog()
    specs = RecordedSpecs("Model", {"price": PRICE}, log)
    with log.recording() as reads:
        assert look_up(specs) == expected
    assert reads == {Read("Model", name)}
