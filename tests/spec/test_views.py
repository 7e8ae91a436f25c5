"""Quantities as numbers, for conditions."""

import copy
from pathlib import Path

from compiler.pipeline.session import Run
from compiler.source.worktree import WorkTree
from compiler.spec.cel_variables import amounts, number
from compiler.spec.language import matches

ROOT = Path(__file__).parents[2]
UNITS = {"duration", "percentage", "cpu", "memory"}


def test_each_quantity_of_the_sample_is_a_number_and_nothing_else_changes() -> None:
    run = Run(WorkTree(ROOT))
    counted = 0
    for name, environment in run.fleet.deployments():
        data = run.fleet.model(name, environment).data
        language = run.language.type(data["type"])
        before, expected = copy.deepcopy(data), copy.deepcopy(data)
        for mark in language.quantities:
            for pointer, text in matches(data, mark.pointer) if mark.value in UNITS else ():
                held = expected
                for part in pointer[:-1]:
                    held = held[part]
                held[pointer[-1]] = number(mark.value, text)
                counted += 1
        assert amounts(data, language.quantity_places) == expected
        assert data == before, "what others hold is left alone"
    assert counted > 100
