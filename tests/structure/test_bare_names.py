"""Names say what they hold: few are a bare participle, pronoun, preposition or adverb."""

from pathlib import Path

import pytest

import compiler

from .bare_names import bindings

FOLDERS = {"compiler": Path(compiler.__file__).parent, "tests": Path(__file__).parents[1]}
MAX_SHARE = 0.01


@pytest.mark.parametrize("name", FOLDERS)
def test_fewer_than_one_name_in_a_hundred_is_bare(name: str, record_property) -> None:
    paths = [
        path
        for path in sorted(FOLDERS[name].rglob("*.py"))
        if "cases" not in path.relative_to(FOLDERS[name]).parts[:-2]
    ]
    all_bindings = [binding for path in paths for binding in bindings(path)]
    bare = [binding for binding in all_bindings if binding.is_bare]
    summary = f"{name}: {len(bare)} of {len(all_bindings)} names are bare ({len(bare) / len(all_bindings):.2%})"
    record_property("figure", summary)
    listed = "\n".join(f"{binding.path}:{binding.line} {binding.name}" for binding in bare)
    assert len(bare) < MAX_SHARE * len(all_bindings), f"{summary}\n{listed}"


def test_a_bare_name_is_counted_only_where_it_is_used_over_many_lines(tmp_path) -> None:
    file = tmp_path / "sample.py"
    file.write_text(
        "found = 1\n"
        "def total(items, one):\n"
        "    seen = {item for item in items}\n"
        "    return seen, [one for one in items]\n"
        "def long(made, entry_made):\n" + "    made += 1\n" * 6,
        encoding="utf-8",
    )
    assert [(binding.name, binding.line) for binding in bindings(file) if binding.is_bare] == [
        ("found", 1), ("made", 5), ("made", 6),
    ]  # fmt: skip
