"""What is written has the shape that is published, and anything else is refused."""

import copy
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import jsonschema_rs
import pytest

from compiler.foundation import resources
from compiler.inventory import inventory_schema
from compiler.inventory.due_items import due_items
from compiler.report import due_report, inventory_report

ROOT = Path(__file__).resolve().parents[2]


def published_schema(name: str) -> dict[str, object]:
    return json.loads(resources.read_shipped_text(f"outputs/{name}.schema.json"))


def validator(name: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(published_schema(name), validate_formats=True)


@pytest.fixture(scope="module")
def inventory(shop) -> dict[str, object]:
    return json.loads(inventory_report.render_json(shop.inventory, shop.inventory.models))


@pytest.fixture(scope="module")
def items(shop) -> dict[str, object]:
    as_of, until = date(2026, 11, 20), date(2027, 12, 31)
    found = due_items(shop.fleet, shop.inventory, as_of, until, include_undated=True)
    return json.loads(due_report.render_json(due_report.DueReport(shop.inventory, found, as_of, until)))


@pytest.mark.generated
def test_the_published_schemas_are_made_from_the_classes(request) -> None:
    made = inventory_schema.schema_files()
    if request.config.getoption("--update-goldens"):
        inventory_schema.main(ROOT)
    for path, text in made.items():
        folder, _, below = path.partition("/")
        assert (resources.shipped_folder(folder) / below).read_text(encoding="utf-8") == text, (
            f"{path} is stale: run `make docs`"
        )


@pytest.mark.parametrize("name", ["inventory", "due"])
def test_what_is_written_has_the_published_shape(name, inventory, items) -> None:
    data = {"inventory": inventory, "due": items}[name]
    jsonschema_rs.meta.validate(published_schema(name))
    assert [error.message for error in validator(name).iter_errors(data)] == []
    assert data["version"] == 1


def test_the_fleet_of_these_tests_sets_every_field(inventory, items, fleet) -> None:
    """Otherwise a field could have a wrong shape, and no test would fail."""
    approval = (
        "approvals: [{environment: prod, role: risk, team: pricing, decision: approved, date: '2026-07-01', expires: '2026-12-01', "
        "ticket: S-1, "
        f"runtimeDigest: 'sha256:{'f' * 64}', governanceDigest: 'sha256:{'f' * 64}'}}]\n"
    )
    step = (
        "apiVersion: modelyard/v1\nkind: Model\nname: both\ntype: ensemble\nowner: pricing\nsummary: Asks two.\nlifecycle: production\n"
        "sla: {timeToFirstToken: {p99: 1s}, freshness: 1d}\nversion: 1.0.0\n"
        "source: {router: switch, steps: [{name: a, model: rough, when: {field: x, op: '==', value: 1}, weight: 50%}, "
        "{name: b, model: rough}]}\n"
        "deploy: {target: plain}\nenvironments: {dev: {}}\n"
    )
    run = fleet(("previousNames: [moneyback]\n", f"previousNames: [moneyback]\n{approval}"), models__both=step)
    data = json.loads(inventory_report.render_json(run.inventory, run.inventory.models))
    assert [error.message for error in validator("inventory").iter_errors(data)] == []
    used_keys = {key for node in _nodes([data, items]) for key in node}
    definitions = [*published_schema("inventory")["$defs"].items(), *published_schema("due")["$defs"].items()]
    known = {key for name, one in definitions if name != "LeftOut" for key in one["properties"]}
    assert known - used_keys == set()


def _nodes(data: object) -> Iterator[dict[str, object]]:
    if isinstance(data, dict):
        yield data
    for child in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from _nodes(child)


def mutants(data: dict[str, object]) -> Iterator[tuple[str, dict[str, object]]]:
    """The data with one thing wrong: a key too many, a value of another type, a key too few where one is required."""
    for pointer, node in _objects(data, ()):
        for change, name in ((lambda here: here | {"surprise": 1}, "a key too many"),):
            yield f"{pointer} {name}", _apply_change(data, pointer, change)
        for key in node:
            yield (
                f"{pointer} {key} of another type",
                _apply_change(data, pointer, lambda here, key=key: here | {key: {"a": {}}}),
            )


def _objects(data: object, pointer: tuple[object, ...]) -> Iterator[tuple[tuple[object, ...], dict[str, object]]]:
    if isinstance(data, dict):
        yield pointer, data
        for key, child in data.items():
            yield from _objects(child, (*pointer, key))
    elif isinstance(data, list):
        for index, child in enumerate(data):
            yield from _objects(child, (*pointer, index))


def _apply_change(data, pointer, change):
    result = copy.deepcopy(data)
    if not pointer:
        return change(result)
    holder = result
    for part in pointer[:-1]:
        holder = holder[part]
    holder[pointer[-1]] = change(holder[pointer[-1]])
    return result


@pytest.mark.parametrize("name", ["inventory", "due"])
def test_every_mutant_is_refused(name, inventory, items) -> None:
    data, check = {"inventory": inventory, "due": items}[name], validator(name)
    descriptions = [description for description, _ in mutants(data)]
    open_maps = ("labels", "latency", "timeToFirstToken")
    passed = [
        description
        for description, mutant in mutants(data)
        if check.is_valid(mutant) and not any(word in description for word in open_maps)
    ]
    assert len(descriptions) > 100
    assert passed == []


@pytest.mark.parametrize("name", ["inventory", "due"])
def test_no_required_key_may_be_missing(name, inventory, items) -> None:
    data, check, schema = {"inventory": inventory, "due": items}[name], validator(name), published_schema(name)
    for key in schema["required"]:
        assert not check.is_valid({other: value for other, value in data.items() if other != key}), key
    holder, kind = {"inventory": ("models", "Row"), "due": ("items", "DueItem")}[name]
    first = data[holder][0]
    for key in schema["$defs"][kind]["required"]:
        less = {other: value for other, value in first.items() if other != key}
        assert not check.is_valid(data | {holder: [less]}), key


@pytest.mark.parametrize("day", ["2026-13-01", "tomorrow", ""])
def test_a_day_is_a_day(day, items) -> None:
    assert not validator("due").is_valid(items | {"asOf": day})
