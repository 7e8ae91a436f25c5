"""What every test may ask for."""

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import hypothesis
import pytest

from compiler.pipeline.session import Session
from compiler.pipeline.stages import BuildResult, build
from compiler.source.memory_tree import MemoryTree
from compiler.source.worktree import WorkTree

ROOT = Path(__file__).resolve().parents[1]
WHEEL_TESTS_OF_A_FILE = {"test_cases.py": 100, "test_pack_shipped.py": 40}
"""How many tests of a file run against a wheel; 12 of any other."""

# Nothing is left in the caches of whoever runs the tests, and none of them sees what another kept.
os.environ["MODELYARD_CACHE"] = "off"
# The same examples on every run, and no deadline: a slow machine is no bug.
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-goldens", action="store_true", help="rewrite expected files; review them as a diff")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run slow tests first, so that no worker waits for another's at the end.

    Against a wheel, run a sample of each file's tests: only a missing file, program or extra can break there.
    """
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    if config.getoption("markexpr") != "wheel":
        return
    by_file: dict[Path, list[pytest.Item]] = {}
    for item in items:
        by_file.setdefault(item.path, []).append(item)
    for path, tests in by_file.items():
        step = -(-len(tests) // WHEEL_TESTS_OF_A_FILE.get(path.name, 12))
        kept = set(tests[::step])
        config.hook.pytest_deselected(items=[item for item in tests if item not in kept])
        items[:] = [item for item in items if item.path != path or item in kept]


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str | bytes], None]:
    """Holds when the file is exactly what was made; `--update-goldens` writes it instead."""

    def compare(path: Path, actual: str | bytes) -> None:
        content = actual.encode() if isinstance(actual, str) else actual
        if request.config.getoption("--update-goldens"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        assert path.is_file(), f"{path} is missing: run pytest --update-goldens and read the diff"
        if isinstance(actual, str):
            assert actual == path.read_bytes().decode()
        assert content == path.read_bytes()

    return compare


def pytest_report_header() -> str:
    folder = schemas_folder()
    if folder.is_dir():
        return f"official schemas: {folder}"
    return (
        f"official schemas: {folder} does not exist, and the tests that need it are skipped; set MODELYARD_TEST_SCHEMAS"
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints each figure that a test recorded with `record_property("figure", …)`, from whichever worker."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, [])]
    figures = [value for report in reports for name, value in report.user_properties if name == "figure"]
    if figures:
        terminalreporter.section("figures")
        terminalreporter.write_line("\n".join(sorted(figures)))


def schemas_folder() -> Path:
    """The folder of official schemas that are test data; CONTRIBUTING.md documents the default."""
    return Path(os.environ.get("MODELYARD_TEST_SCHEMAS") or ROOT.parent / "shared" / "schemas-external")


@pytest.fixture(scope="session")
def skip_without() -> Callable[[str, str], NoReturn]:
    """Skips a test for which something is missing.

    The test fails if MODELYARD_TEST_STRICT=1, unless MODELYARD_TEST_WITHOUT names what a machine cannot have.
    """

    def skip(name: str, remedy: str) -> NoReturn:
        is_excused = name in os.environ.get("MODELYARD_TEST_WITHOUT", "").split()
        if os.environ.get("MODELYARD_TEST_STRICT") == "1" and not is_excused:
            pytest.fail(f"MODELYARD_TEST_STRICT=1, and {name} is missing: {remedy}")
        pytest.skip(f"{name} is missing: {remedy}")

    return skip


@pytest.fixture(scope="session")
def external_schemas(skip_without: Callable[[str, str], NoReturn]) -> Path:
    """The folder of official schemas."""
    folder = schemas_folder()
    remedy = f"{folder} does not exist; set MODELYARD_TEST_SCHEMAS to a folder of official schemas"
    if not folder.is_dir() and "MODELYARD_TEST_SCHEMAS" in os.environ:
        pytest.fail(remedy)
    return folder if folder.is_dir() else skip_without("official-schemas", remedy)


@pytest.fixture(scope="session")
def sample_files() -> dict[str, bytes]:
    """The files of the sample portfolio; change a copy."""
    tree = WorkTree(ROOT)
    return {path: tree.read(path) for path in ["modelyard.yaml", *tree.paths("models")]}


@pytest.fixture(scope="session")
def sample_session(sample_files: dict[str, bytes]) -> Session:
    """The sample portfolio, unchanged."""
    return Session(MemoryTree(sample_files))


@pytest.fixture(scope="session")
def sample_build(sample_session: Session) -> BuildResult:
    """The build of the sample portfolio: one for all tests of a process."""
    return build(sample_session)


@pytest.fixture(scope="session")
def splitting_kserve(sample_session: Session) -> dict[str, bytes]:
    """The files of a project whose fork of the target lists KServe 0.20 as the release that splits requests in Standard mode."""
    shipped = sample_session.emitters.by_id["kserve"]
    folder = Path("templates/targets/kserve")
    files = {str(folder / file.name): file.read_bytes() for file in (ROOT / folder).iterdir() if file.is_file()}
    path = str(folder / "emitter.yaml")
    old = "  standardCanary:\n    capability: kserve\n"
    text = files[path].decode()
    assert text.count(old) == 1
    text = text.replace(old, f'{old}    since: "0.20"\n')
    files[path] = text.replace("id: kserve\n", f"id: kserve\nforkedFrom: {shipped.digest}\n", 1).encode()
    return files


@pytest.fixture(scope="session")
def program(skip_without: Callable[[str, str], NoReturn]) -> Callable[..., str]:
    """The path of a program that reads what Modelyard renders: next to this Python, or on the PATH."""

    def find(name: str, get: str = "") -> str:
        executable = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
        return executable or skip_without(name, get or "install it")

    return find


@pytest.fixture(scope="session")
def forking_modelyard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A program `modelyard`, alone in its folder, whose commands are forks of a process that has loaded the compiler."""
    folder = tmp_path_factory.mktemp("forking")
    scripts, socket, command = ROOT / "tests" / "fork_server", folder / "socket", folder / "bin" / "modelyard"
    command.parent.mkdir()
    words = [sys.executable, "-I", "-S", str(scripts / "send.py"), str(socket)]
    command.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    python_path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    serve = [sys.executable, str(scripts / "serve.py"), str(socket), str(ROOT)]
    with subprocess.Popen(serve, env={**os.environ, "PYTHONPATH": python_path}) as server:
        while not socket.exists():
            assert server.poll() is None, "the fork server ended"
            time.sleep(0.05)
        yield command
        server.terminate()
