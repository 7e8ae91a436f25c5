"""Quantities as numbers, for conditions."""

import copy
from pathlib import Path

from compiler.pipeline.session import Session
from compiler.source.worktree import WorkTree
from compiler.spec.cel_variables import quantities_to_numbers, quantity_number
from compiler.spec.language import iter_values

ROOT = Path(__file__).parents[2]
UNITS = {"duration", "percentage", "cpu", "memory"}


def test_each_quantity_of_the_sample_is_a_number_and_nothing_else_changes() -> None:
    run = Session(WorkTree(ROOT))
    quantity_count = 0
    for name, environment in run.fleet.deployments():
        data = run.fleet.model(name, environment).data
        language = run.language.type_language(data["type"])
        original, expected_data = copy.deepcopy(data), copy.deepcopy(data)
        for mark in language.quantities:
            for pointer, text in iter_values(data, mark.pointer) if mark.value in UNITS else ():
                held = expected_data
                for part in pointer[:-1]:
                    held = held[part]
                held[pointer[-1]] = quantity_number(mark.value, text)
                quantity_count += 1
        assert quantities_to_numbers(data, language.quantity_tree) == expected_data
        assert data == original, "what others hold is left alone"
    assert quantity_count > 100


def test_a_quantity_that_is_written_as_a_number_stays_one() -> None:
    """The example of a policy is not normalised, so that its CPU may be a number."""
    tree = {"deploy": {"resources": {"cpu": "cpu", "memory": "memory"}}}
    data = {"deploy": {"resources": {"cpu": 2, "memory": "1Ki"}}}
    assert quantities_to_numbers(data, tree) == {"deploy": {"resources": {"cpu": 2, "memory": 1024.0}}}
