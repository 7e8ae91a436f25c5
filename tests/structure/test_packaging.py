"""An installation contains what the checkout contains: from a wheel, and in place."""

import json
import os
import shutil
import subprocess
import sys
import venv
from importlib.metadata import requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from compiler.foundation.errors import HostError
from compiler.foundation.resources import shipped_folder

pytestmark = pytest.mark.wheel

FOLDERS = ("schemas", "templates")
CHECKOUT = Path(__file__).resolve().parents[2]
in_checkout = pytest.mark.skipif(
    not (CHECKOUT / "compiler").is_dir(), reason="nothing to build: the wheel is under test"
)

ASK = """
import json, compiler
from compiler.foundation.resources import shipped_folder
print(json.dumps({"version": compiler.__version__} | {name: str(shipped_folder(name)) for name in ("schemas", "templates")}))
"""


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", FOLDERS)
def test_both_folders_are_found_and_hold_something(name: str) -> None:
    assert files_below(shipped_folder(name))


@pytest.mark.parametrize("name", FOLDERS)
def test_no_python_lies_in_a_shipped_folder(name: str) -> None:
    """It breaks the editable install, while the wheel still builds: name a template of a script `x.py.j2`."""
    assert [path for path in files_below(shipped_folder(name)) if path.endswith((".py", ".pyc"))] == []


def test_an_installation_without_its_folders_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compiler.foundation.resources.__file__", str(tmp_path / "compiler/foundation/resources.py"))
    with pytest.raises(HostError, match="`schemas` is missing"):
        shipped_folder("schemas")


def build(folder: Path, kind: str) -> Path:
    """A wheel of the kind, made by the backend that pip would ask."""
    code = f"import sys; from hatchling import build; print(build.{kind}(sys.argv[1]))"
    run = [sys.executable, "-c", code, str(folder)]
    made = subprocess.run(run, cwd=CHECKOUT, check=True, capture_output=True, text=True)
    return folder / made.stdout.split()[-1]


@in_checkout
def test_two_builds_are_the_same_to_the_byte(tmp_path: Path) -> None:
    for kind in ("build_wheel", "build_sdist"):
        first, second = build(tmp_path / "one", kind), build(tmp_path / "two", kind)
        assert first.read_bytes() == second.read_bytes()


@in_checkout
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["build_wheel", "build_editable"])
def test_both_folders_are_found_from_a_fresh_installation(tmp_path: Path, kind: str) -> None:
    wheel = build(tmp_path, kind)
    venv.create(tmp_path / "venv", with_pip=False, symlinks=os.name != "nt")
    scripts = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    python = str(scripts / "python")
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True)
    process = subprocess.run([python, "-I", "-c", ASK], cwd=tmp_path, check=True, capture_output=True, text=True)
    folders = json.loads(process.stdout)
    for name in FOLDERS:
        found = Path(folders[name])
        assert (found == CHECKOUT / name) == (kind == "build_editable")
        assert files_below(found) == files_below(CHECKOUT / name)
    assert list(scripts.glob("modelyard*"))


def test_the_installed_program_makes_a_project_that_it_checks_and_builds(tmp_path: Path) -> None:
    program = shutil.which("modelyard", path=str(Path(sys.executable).parent))
    assert program
    for word in ("init", "check", "build"):
        done = subprocess.run([program, word], cwd=tmp_path, check=False, capture_output=True, text=True)
        assert done.returncode == 0, f"{word}: {done.stdout}{done.stderr}"
    assert files_below(tmp_path / "build")


@pytest.mark.parametrize("extra", ["kubernetes", "secrets", "sources"])
def test_each_extra_brings_packages_of_the_versions_that_it_names(extra: str) -> None:
    requirements = map(Requirement, requires("modelyard") or ())
    of_extra = [one for one in requirements if one.marker and one.marker.evaluate({"extra": extra})]
    assert of_extra
    assert [str(one) for one in of_extra if not one.specifier.contains(version(one.name), prereleases=True)] == []
