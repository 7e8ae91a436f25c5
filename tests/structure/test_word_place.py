"""`place` has one meaning: a template places a value in its output.

A position in a file is a `location`, a path in a document a `pointer`, and where a model is deployed a `placement`.
"""

import re
from pathlib import Path

import compiler

from .bare_names import bindings

PACKAGE = Path(compiler.__file__).parent
PACKAGES_OF_TEMPLATES = ("templating", "render", "plan/context")
WORD = re.compile(r"(?<!\bin )\b(?:places?|placed|placing)\b(?! on the market)", re.IGNORECASE)
"""The word, except in the phrases `in place` and `placed on the market`, which is a term of the law of the European Union."""
NAME = re.compile(r"(?:^|_)(?:places?|placed|placing)(?:_|$)", re.IGNORECASE)
NAMES = {"_PLACED"}
"""The advice that values are placed, not computed."""


def test_only_packages_of_templates_use_the_word() -> None:
    relative_paths = {path: path.relative_to(PACKAGE).as_posix() for path in sorted(PACKAGE.rglob("*.py"))}
    usages = [
        f"{relative}:{number}: {line.strip()}"
        for path, relative in relative_paths.items()
        if not relative.startswith(PACKAGES_OF_TEMPLATES)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if WORD.search(line)
    ]
    assert usages == []


def test_no_other_name_contains_it() -> None:
    all_bindings = [binding for path in sorted(PACKAGE.rglob("*.py")) for binding in bindings(path)]
    assert {binding.name for binding in all_bindings if NAME.search(binding.name)} == NAMES


def test_the_patterns_match_the_word_alone() -> None:
    assert WORD.findall(
        "a place, its places, placed in place of a placement, placed on the market; replace, placeholder"
    ) == [
        "place",
        "places",
        "placed",
    ]
    assert [name for name in ("place", "other_place", "_PLACED", "placement", "replace") if NAME.search(name)] == [
        "place",
        "other_place",
        "_PLACED",
    ]
