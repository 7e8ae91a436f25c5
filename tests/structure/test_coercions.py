"""How much of the compiler the type checker takes on trust: coercions of plain data, `cast`, `Any` and `type: ignore`."""

import ast
import io
import tokenize
from collections import Counter
from pathlib import Path

import compiler

PACKAGE = Path(compiler.__file__).parent
COERCIONS = frozenset({"as_object", "as_list", "as_str"})
CEILING = 64
"""The most uses in all; lower it whenever there are fewer."""


def escapes(source: str) -> Counter[str]:
    """Uses in one file, each by its word; an import is none."""
    names = (node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name))
    uses = Counter("as_*" if name in COERCIONS else name for name in names if name in COERCIONS | {"Any", "cast"})
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    uses["type: ignore"] = sum(token.type == tokenize.COMMENT and "type: ignore" in token.string for token in tokens)
    return uses


def test_uses_are_counted_and_imports_are_not() -> None:
    source = """
from typing import Any, cast

def first(value: Any) -> str:
    rows = map(as_object, as_list(value))
    return cast("str", next(rows)["x"])  # type: ignore[index]  # "type: ignore" in a text is none
"""
    assert escapes(source) == {"as_*": 2, "Any": 1, "cast": 1, "type: ignore": 1}


def test_the_type_checker_takes_little_on_trust(record_property) -> None:
    packages: dict[str, Counter[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        package = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        packages.setdefault(package, Counter()).update(escapes(path.read_text("utf-8")))
    total = sum(packages.values(), Counter())
    table = "\n".join(f"{sum(uses.values()):5} {name}" for name, uses in packages.items() if uses)
    uses = ", ".join(f"{count} {word}" for word, count in total.most_common())
    record_property("figure", f"compiler: {sum(total.values())} coercions and untyped expressions ({uses})")
    assert sum(total.values()) <= CEILING, table
