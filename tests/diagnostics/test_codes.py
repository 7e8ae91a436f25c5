"""Every code is there under one constant, one id and one name, each family in the order of its ids."""

import ast
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

import pytest

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code

FILES = sorted(Path(codes.__file__).parent.glob("*.py"))
DEFINITIONS = [
    (node.targets[0].id, node.value, file)
    for file in FILES
    for node in ast.parse(file.read_text(encoding="utf-8")).body
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Call)
]


def text(index: int) -> Callable[[tuple[str, ast.Call, Path]], str]:
    return lambda made: ast.literal_eval(made[1].args[index])


@pytest.mark.parametrize("description", [lambda made: made[0], text(0), text(1)], ids=["constant", "id", "name"])
def test_no_code_takes_the_place_of_another(description) -> None:
    """A constant that is assigned twice would leave the first finding with the second one's words."""
    descriptions = sorted(map(description, DEFINITIONS))
    assert [key for key, group in groupby(descriptions) if len(list(group)) > 1] == []
    assert len(descriptions) == sum(isinstance(value, Code) for value in vars(codes).values())


def test_each_file_holds_a_family_in_order() -> None:
    for file in FILES:
        ids = [text(0)(made) for made in DEFINITIONS if made[2] == file]
        assert ids == sorted(ids)
        assert len({id_[:3] for id_ in ids}) <= 1, file
