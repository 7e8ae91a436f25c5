"""The programs of `bench/` measure, compute and write; they run as users run them, because their modules have names of other modules."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run_bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def evaluate(modules: str, expression: str) -> object:
    """The value of an expression with names of modules of `bench/`."""
    imports = "".join(f"from {module} import *;" for module in modules.split())
    process = run_bench(
        "-c", f"import sys, json; sys.path.insert(0, 'bench'); {imports} print(json.dumps({expression}))"
    )
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


def test_pages_equal_what_the_kept_results_say() -> None:
    for program in ("bench/page.py", "bench/several_machines.py"):
        process = run_bench(program, "--check")
        assert process.returncode == 0, f"{process.stdout}{process.stderr}: run `make bench-pages`"


@pytest.mark.slow
def test_a_scenario_is_measured_in_turns_with_its_yardsticks_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    options = ("--growth", "3", "--scenario", "build-unchanged", "--pairs", "2", "--work", str(tmp_path))
    first = run_bench("bench/run.py", *options, "--results", str(file), "--date", "2026-11-30")
    assert first.returncode == 0, first.stderr
    [line] = file.read_text().splitlines()
    result = json.loads(line)
    assert (result["models"], result["date"], len(result["runs"])) == (3, "2026-11-30", 2)
    assert all(run["cpu"] > 0 and run["wall"] > 0 and run["megabytes"] > 1 for run in result["runs"])
    assert len(result["yardsticks"]["stat"]) == 2
    assert result["sizes"]["files"] > 20
    assert not list(tmp_path.glob("*-models")), "the fleet is removed"
    second = run_bench("bench/run.py", *options, "--results", str(file))
    assert "measuring" not in second.stderr, "what the file has is not measured again"
    assert file.read_text() == f"{line}\n"


@pytest.mark.parametrize("work", ["parse", "write", "stat", "hash"])
def test_a_floor_prints_seconds_and_leaves_the_files_alone(tmp_path: Path, work: str) -> None:
    folder = tmp_path / "files"
    (folder / "below").mkdir(parents=True)
    for number in range(200):
        (folder / f"below/{number}.yaml").write_text("key: [1, 2]\n" * 20)
    process = run_bench("bench/floor.py", work, str(folder))
    assert 0 < float(process.stdout) < 10, process.stderr
    assert len(list(folder.rglob("*.yaml"))) == 200
    assert list(tmp_path.iterdir()) == [folder]


def test_needs_grow_as_between_the_two_largest_fleets() -> None:
    points = "[(10, 100.0), (100, 190.0), (1000, 1090.0)]"
    assert evaluate("several_machines", f"extrapolate({points}, 10000)") == pytest.approx(10_090)
    assert evaluate("several_machines", "extrapolate([(10, 5.0)], 100)") == pytest.approx(50)


def test_machines_share_all_but_the_work_of_the_main_process() -> None:
    # 60 s alone leave 540 s for 21,600 s on four cores each
    assert evaluate("several_machines", "machine_count(21_660, 60)") == 10
    assert evaluate("several_machines", "machine_count(21_660, 600)") is None


def test_a_chart_places_powers_of_ten_at_equal_distances() -> None:
    axis = "Axis.from_values([120, 90_000], 0, 300)"
    assert evaluate("plot", f"[{axis}.pixel(value) for value in {axis}.ticks]") == pytest.approx([0, 100, 200, 300])


def test_an_interval_has_the_median_and_both_ends() -> None:
    assert evaluate("results table", "format_interval(Interval.from_values([3.0, 1.234, 1000.0]))") == "3 (1.23–1,000)"


def test_timings_are_read_by_section() -> None:
    text = "time by stage\n  check models    1.500 s\n  total           2.000 s\nslowest models\n  card-fraud     0.250 s\n"
    expected = {"time by stage": {"check models": 1.5, "total": 2.0}, "slowest models": {"card-fraud": 0.25}}
    assert evaluate("stage_profile", f"read_timings({text!r})") == expected
