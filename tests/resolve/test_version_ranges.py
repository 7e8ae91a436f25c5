"""Ranges of releases, by the table in node-semver's own documentation."""

import pytest

from compiler.resolve.version_ranges import satisfies

# (range, what it takes, what it does not): https://github.com/npm/node-semver#advanced-range-syntax
TABLE = [
    ("~1.2.3", ["1.2.3", "1.2.9"], ["1.2.2", "1.3.0", "1.3.0-0"]),
    ("~1.2", ["1.2.0", "1.2.9"], ["1.1.9", "1.3.0"]),
    ("~1", ["1.0.0", "1.9.9"], ["0.9.9", "2.0.0", "2.0.0-0"]),
    ("~0.2.3", ["0.2.3", "0.2.9"], ["0.2.2", "0.3.0"]),
    ("~0.2", ["0.2.0", "0.2.9"], ["0.3.0"]),
    ("~0", ["0.0.0", "0.9.9"], ["1.0.0"]),
    ("~1.2.3-beta.2", ["1.2.3-beta.2", "1.2.3-beta.4", "1.2.3", "1.2.4"], ["1.2.3-beta.1", "1.2.4-beta.2", "1.3.0"]),
    ("^1.2.3", ["1.2.3", "1.9.9"], ["1.2.2", "2.0.0", "2.0.0-0"]),
    ("^0.2.3", ["0.2.3", "0.2.9"], ["0.2.2", "0.3.0"]),
    ("^0.0.3", ["0.0.3"], ["0.0.2", "0.0.4"]),
    (
        "^1.2.3-beta.2",
        ["1.2.3-beta.2", "1.2.3-beta.4", "1.2.3-rc", "1.2.3", "1.9.0"],
        ["1.2.3-alpha.3", "1.2.4-beta.2", "2.0.0"],
    ),
    ("^0.0.3-beta", ["0.0.3-beta", "0.0.3-pr.2", "0.0.3"], ["0.0.3-alpha", "0.0.4"]),
    ("^1.2", ["1.2.0", "1.9.9"], ["1.1.9", "2.0.0"]),
    ("^0.0", ["0.0.0", "0.0.9"], ["0.1.0"]),
    ("^0.1", ["0.1.0", "0.1.9"], ["0.0.9", "0.2.0"]),
    ("^1", ["1.0.0", "1.9.9"], ["0.9.9", "2.0.0"]),
    ("^0", ["0.0.0", "0.9.9"], ["1.0.0"]),
    ("1", ["1.0.0", "1.9.9"], ["0.9.9", "2.0.0", "1.5.0-rc.1"]),
    ("1.2", ["1.2.0", "1.2.9"], ["1.1.9", "1.3.0"]),
    ("1.2.3", ["1.2.3", "1.2.3+build.7"], ["1.2.4", "1.2.3-rc.1"]),
    ("=1.2.3", ["1.2.3"], ["1.2.4"]),
    ("1.2.3-rc.1", ["1.2.3-rc.1"], ["1.2.3", "1.2.3-rc.2"]),
    # Numbers order by value and below words, and more fields above fewer: https://semver.org/#spec-item-11
    ("^1.0.0-alpha", ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1"], ["1.0.0-9"]),
    ("^1.0.0-beta.2", ["1.0.0-beta.11"], ["1.0.0-beta.1", "1.0.0-alpha.beta", "1.0.0-beta"]),
]


@pytest.mark.parametrize(("version_range", "matching_versions", "other_versions"), TABLE, ids=[row[0] for row in TABLE])
def test_a_range_takes_what_node_semver_takes(
    version_range: str, matching_versions: list[str], other_versions: list[str]
) -> None:
    assert [version for version in matching_versions if not satisfies(version, version_range)] == []
    assert [version for version in other_versions if satisfies(version, version_range)] == []


@pytest.mark.parametrize("version_range", ["", "latest", ">=1", "1.2.3.4", "^", "1.x"])
def test_what_is_no_range_takes_nothing(version_range: str) -> None:
    assert not satisfies("1.2.3", version_range)
