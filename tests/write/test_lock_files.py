"""The locks' one spelling, and what is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.plan.output_paths import invalid_path_reason
from compiler.write.lock_files import DamagedLockError, ManagedFile, decode_lock, encode_lock, lock_path, unit_from_path

DIGEST = "sha256:" + "0" * 64
NAMES = st.from_regex(r"[a-zé]{1,8}(/[a-z]{1,8}){0,2}\.x", fullmatch=True)
MANAGED_FILES = st.builds(ManagedFile, st.just(DIGEST), st.text(), st.lists(st.text()).map(tuple), st.booleans())


def test_a_lock_is_sorted_a_file_a_line_and_ends_with_a_newline() -> None:
    lock = {
        "b/run.sh": ManagedFile(DIGEST, "github", ("project.yaml",), executable=True),
        "a.yaml": ManagedFile(DIGEST, "kserve", ("models/a.yaml", "models/b.yaml")),
    }
    assert encode_lock("prod/a", lock).decode() == (
        '{\n"version": 1,\n"unit": "prod/a",\n"files": {\n'
        f'"a.yaml": {{"digest": "{DIGEST}", "emitter": "kserve", "sources": ["models/a.yaml", "models/b.yaml"]}},\n'
        f'"b/run.sh": {{"digest": "{DIGEST}", "emitter": "github", "sources": ["project.yaml"], "executable": true}}\n'
        "}\n}\n"
    )


@given(st.dictionaries(NAMES.filter(lambda name: not invalid_path_reason(name)), MANAGED_FILES))
def test_what_is_written_is_read_back(lock: dict[str, ManagedFile]) -> None:
    assert decode_lock("prod", encode_lock("prod", lock)) == lock


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "version"),
        (b'{"version": 2, "unit": "prod", "files": {}}', "version"),
        (b'{"version": 1, "unit": "dev", "files": {}}', "the lock of `prod`"),
        (json.dumps({"version": 1, "unit": "prod", "files": {"a": {"digest": "md5:0"}}}).encode(), "digest of `a`"),
        (json.dumps({"version": 1, "unit": "prod", "files": {"a": 3}}).encode(), "digest of `a`"),
        (json.dumps({"version": 1, "unit": "prod", "files": {"../a": {"digest": DIGEST}}}).encode(), "has a part"),
        (
            json.dumps({"version": 1, "unit": "prod", "files": {"a": {"digest": DIGEST}}}).encode(),
            "no emitter or no sources",
        ),
    ],
)
def test_what_is_not_a_lock_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(DamagedLockError, match=reason):
        decode_lock("prod", content)


@pytest.mark.parametrize("unit", ["prod", "prod/card-fraud", "records/a", "ci/github", "model-1.2"])
def test_a_lock_lies_where_its_unit_says(unit: str) -> None:
    assert unit_from_path(lock_path(unit)) == unit


@pytest.mark.parametrize(
    "path",
    [
        ".modelyard/locks/.journal",
        ".modelyard/locks/notes.txt",
        "prod.json",
        ".modelyard/locks/A.json",
        ".modelyard/schemas/a.json",
    ],
)
def test_other_files_are_no_locks(path: str) -> None:
    assert unit_from_path(path) is None
