"""The version of the tool changes with every file of the installation, and with nothing else."""

import os
from pathlib import Path

import pytest

from compiler.store import tool_version as module
from compiler.store.tool_version import installation_stamp, tool_version


@pytest.fixture
def installation(tmp_path, monkeypatch) -> Path:
    root = tmp_path / "installation"
    for name in ("compiler/a.py", "compiler/spec/b.py", "schemas/c.json", "templates/d/e.j2"):
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    monkeypatch.setattr(module, "__file__", str(root / "compiler" / "store" / "tool_version.py"))
    monkeypatch.setattr(module, "shipped_folder", lambda name: root / name)
    return root


@pytest.mark.parametrize("name", ["compiler/a.py", "compiler/spec/b.py", "schemas/c.json", "templates/d/e.j2"])
def test_each_installed_file_counts(installation, name):
    stamp, version = installation_stamp(), tool_version()
    (installation / name).write_text("changed")
    assert installation_stamp() != stamp
    assert tool_version() != version


def test_a_new_file_and_a_new_name_count(installation):
    versions = [(installation_stamp(), tool_version())]
    (installation / "templates" / "new.j2").write_text("")
    versions.append((installation_stamp(), tool_version()))
    (installation / "templates" / "new.j2").rename(installation / "templates" / "other.j2")
    versions.append((installation_stamp(), tool_version()))
    assert len({stamp for stamp, _ in versions}) == len({version for _, version in versions}) == 3


def test_compiled_bytecode_does_not_count(installation):
    stamp, version = installation_stamp(), tool_version()
    (installation / "compiler" / "__pycache__").mkdir()
    (installation / "compiler" / "__pycache__" / "a.pyc").write_bytes(b"1")
    assert installation_stamp() == stamp
    assert tool_version() == version


def test_an_equal_installation_elsewhere_has_the_same_version(installation, monkeypatch):
    version, stamp = tool_version(), installation_stamp()
    moved = installation.rename(installation.with_name("moved"))
    os.utime(moved / "compiler" / "a.py", (0, 0))
    monkeypatch.setattr(module, "__file__", str(moved / "compiler" / "store" / "tool_version.py"))
    monkeypatch.setattr(module, "shipped_folder", lambda name: moved / name)
    assert tool_version() == version
    assert installation_stamp() != stamp


def test_another_version_of_a_dependency_counts(installation, tmp_path, monkeypatch):
    packages = tmp_path / "site-packages"
    (packages / "pyyaml-6.0.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(packages)
    stamp, version = installation_stamp(), tool_version()
    (packages / "pyyaml-6.0.dist-info").rename(packages / "pyyaml-6.1.dist-info")
    assert installation_stamp() != stamp
    assert tool_version() != version
