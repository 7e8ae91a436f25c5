"""Files that a spec names lie below the project's root."""

import pytest

from compiler.source.companion_paths import companion_path
from compiler.source.memory_tree import MemoryTree

TREE = MemoryTree(
    {"models/risk/rules.rego": "x", "shared/table.csv": "x"}, links={"models/risk/link": "x", "models/linked": "x"}
)


@pytest.mark.parametrize(
    ("relative", "path"),
    [
        ("rules.rego", "models/risk/rules.rego"),
        ("./rules.rego", "models/risk/rules.rego"),
        ("../../shared/table.csv", "shared/table.csv"),
        ("a/../rules.rego", "models/risk/rules.rego"),
        ("nowhere", "models/risk/nowhere"),
        ("tests/", "models/risk/tests"),
    ],
)
def test_a_path_is_read_from_the_folder_of_its_spec(relative, path):
    assert companion_path(TREE, "models/risk/m.yaml", relative) == path


@pytest.mark.parametrize(
    ("relative", "word"),
    [
        ("", "empty"),
        ("/etc/passwd", "absolute"),
        ("../../../x", "is outside"),
        ("../../..", "is outside"),
        ("..\\x", "backslash"),
        ("../..", "not a file"),
        (".env", "hidden"),
        ("../../.git/config", "hidden"),
        ("a\0b", "hidden"),
        ("link", "symbolic link"),
        ("../linked/x", "symbolic link"),
    ],
)
def test_what_leads_elsewhere_is_refused_with_a_reason(relative, word):
    with pytest.raises(ValueError, match=word):
        companion_path(TREE, "models/risk/m.yaml", relative)


def test_a_spec_at_the_root_has_the_root_as_its_folder():
    assert companion_path(TREE, "m.yaml", "shared/table.csv") == "shared/table.csv"
