"""ARCHITECTURE.md describes the packages that exist, and the way of one field through them."""

import re
from pathlib import Path

import compiler
from compiler.foundation import resources

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
PACKAGE = Path(compiler.__file__).parent
PACKAGES = {
    path.name
    for path in PACKAGE.iterdir()
    if (path / "__init__.py").is_file() and path.name not in {"schemas", "templates"}
}
CODE = re.compile(r"`([^`\n]+)`")


def section(title: str) -> str:
    return PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_the_page_fits_two_screens() -> None:
    assert len(PAGE.splitlines()) <= 120


def test_the_table_lists_each_package_once() -> None:
    rows = [line.split("|")[1] for line in section("Packages").splitlines() if line.startswith("| `")]
    assert sorted(name for row in rows for name in CODE.findall(row)) == sorted(PACKAGES)


def test_the_table_follows_the_order_of_imports() -> None:
    """import-linter lists the layers from the top; the table from the bottom."""
    layers = re.search(
        r"^layers = \[\n(.*?)^\]", (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert layers
    ranks = {
        name: rank for rank, line in enumerate(reversed(layers[1].splitlines())) for name in re.findall(r"\w+", line)
    }
    rows = [line.split("|")[1] for line in section("Packages").splitlines() if line.startswith("| `")]
    order = [ranks[name] for row in rows for name in CODE.findall(row)]
    assert order == sorted(order)


def test_each_module_on_the_way_of_the_field_exists() -> None:
    paths = [code for code in CODE.findall(PAGE) if code.partition("/")[0] in PACKAGES and "/" in code]
    assert len(paths) > 10
    assert [path for path in paths if not (PACKAGE / path).exists()] == []


def test_the_lines_on_the_way_of_the_field_are_in_their_files() -> None:
    way = section("One field, from a spec to a manifest")
    spec = (ROOT / "models/payments/card-fraud.yaml").read_text("utf-8").splitlines()
    template = resources.shipped_folder("templates") / "targets/kserve/inferenceservice.yaml.j2"
    [number] = map(int, re.findall(r"at line (\d+) of the spec", way))
    for text, lines in (("deploy: {scaling: {min: 4, max: 12}}", spec[number - 1 : number]),
                        ("maxReplicas: {{ scaling.max | default(1) }}", template.read_text("utf-8").splitlines())):  # fmt: skip
        assert f"`{text}`" in way
        assert any(text in line for line in lines)
