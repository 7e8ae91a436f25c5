"""A release that `check --sources` cannot run is an error of the system, with its exit code."""

import pytest

from compiler.execution.source_tests import source_test_runner


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("command", [["check", "--sources"], ["run", "scorer", "test"]], ids=" ".join)
def test_a_missing_package_ends_with_4_and_says_how_to_install_it(command, run_command, monkeypatch) -> None:
    assert run_command(*command).code == 0
    monkeypatch.setattr(source_test_runner.resources, "has_package", lambda name: name != "regorus")
    result = run_command(*command)
    assert result.code == 4
    assert "some tests did not run, because packages are not installed: regorus" in result.err
    assert "help: pip install 'modelyard[sources]'" in result.err


@pytest.mark.usefixtures("broken_project")
def test_a_mistake_in_a_spec_comes_first(run_command, monkeypatch) -> None:
    monkeypatch.setattr(source_test_runner.resources, "has_package", lambda name: name != "regorus")
    assert run_command("check", "--sources").code == 1
