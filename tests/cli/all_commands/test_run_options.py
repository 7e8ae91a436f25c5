"""`--jobs`, `--no-cache`, `--timings` and `--profile` change no result, and measure what they say."""

import pstats
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FLEET = 80


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    folder = tmp_path / "fleet"
    write_project = runpy.run_path(str(ROOT / "bench" / "generate.py"))["write_project"]
    write_project(FLEET, folder)
    return folder


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_processes_and_the_cache_change_no_finding(fleet: Path, run_command, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MODELYARD_CACHE", str(tmp_path / "cache"))
    results = [
        run_command("check", "--project", str(fleet), "--format", "json", *options)
        for options in (["--jobs", "1", "--no-cache"], ["--jobs", "2", "--no-cache"], ["--jobs", "2"], ["--jobs", "1"])
    ]
    assert len({(result.code, result.out) for result in results}) == 1
    assert any((tmp_path / "cache").iterdir())


def test_timings_name_stages_models_and_policies(run_command) -> None:
    result = run_command("check", "--project", str(ROOT), "--timings", "--no-cache")
    assert "time by stage" in result.err
    assert "check models" in result.err
    assert "slowest policies" in result.err


def test_a_profile_can_be_read(fleet: Path, run_command, tmp_path: Path) -> None:
    run_command("check", "--project", str(fleet), "--profile", str(tmp_path / "run.prof"))
    functions = pstats.Stats(str(tmp_path / "run.prof")).stats
    assert any(name == "check_one_model" for _, _, name in functions)
