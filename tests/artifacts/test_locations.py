"""A location is a path or a URI; a URI needs a package, and says so without it."""

import importlib.util
from importlib.metadata import requires

import pytest
from packaging.requirements import Requirement

from compiler.artifacts.locations import artifact_digest
from compiler.artifacts.stores import store_readers
from compiler.artifacts.stores.store_readers import READERS
from compiler.foundation.errors import UsageError


def test_a_path_and_a_file_uri_name_the_same(artifact, progress) -> None:
    assert artifact_digest(str(artifact), progress) == artifact_digest(f"file://{artifact}", progress)


@pytest.mark.parametrize("location", ["ftp://host/file", "pvc://claim/path", "https://host/file"])
def test_a_uri_that_nothing_reads_is_refused_with_those_that_can_be_read(location, progress) -> None:
    with pytest.raises(UsageError, match="cannot read") as refusal:
        artifact_digest(location, progress)
    assert all(f"{scheme}://" in (refusal.value.help or "") for scheme in READERS)


@pytest.mark.parametrize("scheme", READERS)
def test_without_its_package_a_uri_is_refused_with_the_command_that_installs_it(scheme, progress, monkeypatch) -> None:
    monkeypatch.setattr(store_readers, "_is_installed", lambda _package: False)
    with pytest.raises(UsageError, match="not installed") as refusal:
        artifact_digest(f"{scheme}://registry.example/a", progress)
    assert "pip install 'modelyard[fetch]'" in (refusal.value.help or "")


@pytest.mark.wheel
def test_the_extra_installs_the_package_of_each_store() -> None:
    extra = {
        parsed.name.replace("-", "_")
        for parsed in map(Requirement, requires("modelyard") or ())
        if parsed.marker and parsed.marker.evaluate({"extra": "fetch"}) and not parsed.marker.evaluate({"extra": ""})
    }
    packages = {package for _, package in READERS.values()}
    assert {package.replace(".", "_") for package in packages} <= extra
    assert all(importlib.util.find_spec(package) for package in packages)
