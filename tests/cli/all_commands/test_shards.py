"""What several machines compute and one merges is what one machine builds."""

from pathlib import Path

import pytest

from compiler.store.result_file import decode_results, encode_results

ROOT = Path(__file__).parents[3]


def tree_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def parts(run_command, tmp_path: Path) -> list[str]:
    files = [str(tmp_path / f"part-{number}") for number in (1, 2, 3)]
    for number, file in enumerate(files, 1):
        result = run_command("build", "--project", str(ROOT), "--no-cache", "--shard", f"{number}/3", "--results", file)
        assert (result.code, result.out) == (0, "")
    return files


def test_merged_shards_are_what_a_build_writes(run_command, parts: list[str], tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("MODELYARD_CACHE", "off")
    built = run_command("build", "--project", str(ROOT), "--no-cache", "--output", str(tmp_path / "built"))
    merged = run_command("merge", "--project", str(ROOT), *parts, "--output", str(tmp_path / "merged"))
    assert merged.code == built.code == 0
    assert tree_of(tmp_path / "merged") == tree_of(tmp_path / "built")
    assert merged.err.replace(str(tmp_path / "merged"), "") == built.err.replace(str(tmp_path / "built"), "")


def test_a_merge_computes_what_the_shards_lack(run_command, parts: list[str], tmp_path: Path) -> None:
    merged = run_command("merge", "--project", str(ROOT), parts[0], "--output", str(tmp_path / "merged"))
    complete = run_command("merge", "--project", str(ROOT), *parts, "--output", str(tmp_path / "complete"))
    assert merged.code == complete.code == 0
    assert tree_of(tmp_path / "merged") == tree_of(tmp_path / "complete")


def test_a_damaged_file_is_refused(run_command, parts: list[str]) -> None:
    Path(parts[1]).write_bytes(Path(parts[1]).read_bytes()[:-1])
    result = run_command("merge", "--project", str(ROOT), *parts)
    assert result.code == 2
    assert "part-2 holds no results of a shard, or is damaged" in result.err


@pytest.mark.parametrize("table", ["unit_states", "not a table"])
def test_a_file_can_change_nothing_else_in_the_store(run_command, parts: list[str], table: str) -> None:
    version, tables = decode_results(Path(parts[0]).read_bytes())
    Path(parts[0]).write_bytes(encode_results(version, {**tables, table: {"prod/card-fraud": b""}}))
    result = run_command("merge", "--project", str(ROOT), parts[0])
    assert result.code == 2
    assert "part-1 holds no results of a shard, or is damaged" in result.err


def test_results_of_another_installation_are_refused(run_command, parts: list[str]) -> None:
    Path(parts[0]).write_bytes(encode_results("other", {}))
    result = run_command("merge", "--project", str(ROOT), parts[0])
    assert result.code == 2
    assert "written by another installation" in result.err


@pytest.mark.parametrize(
    "options",
    [
        ["--shard", "1/2"],
        ["--results", "part"],
        *(["--shard", word, "--results", "part"] for word in ("0/2", "3/2", "1", "a/b")),
    ],
)
def test_a_shard_needs_its_number_and_a_file(run_command, options: list[str], tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run_command("build", "--project", str(ROOT), *options)
    assert result.code == 2
    assert "--shard" in result.err or "is no shard" in result.err
    assert not (tmp_path / "part").exists()
