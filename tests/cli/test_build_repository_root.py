"""A file that a forge reads at the root of a repository is not written below it."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml


@pytest.fixture
def enable(project: Path) -> Callable[..., None]:
    """Turns an emitter of the project on."""

    def turn_on(emitter: str, options: dict[str, object] | None = None) -> None:
        path = project / "modelyard.yaml"
        data = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        settings = {"enabled": True, **({"options": options} if options else {})}
        data |= {"owner": "risk", "emitters": {**data.get("emitters", {}), emitter: settings}}
        path.write_text(yaml.dump(data, Dumper=yaml.CSafeDumper), encoding="utf-8")
        for team in (project / "models").rglob("*.yaml"):
            text = team.read_text("utf-8")
            if "kind: Team" in text and "codeOwners" not in text:
                team.write_text(
                    text.replace("kind: Team\n", 'kind: Team\ncodeOwners: ["@shop/risk"]\n'), encoding="utf-8"
                )

    return turn_on


@pytest.mark.parametrize("emitter", ["codeowners-github", "codeowners-gitlab"])
def test_code_owners_of_a_project_below_the_root_are_refused(project, enable, run_command, emitter) -> None:
    enable(emitter)
    (project.parent / ".git").mkdir()
    for words in (["build"], ["build", "--check"]):
        result = run_command(*words)
        assert (result.code, "MY612" in result.err, emitter in result.err) == (1, True, True), result.err
    assert not list(project.rglob("CODEOWNERS"))


def test_they_are_written_at_the_root(project, enable, run_command) -> None:
    enable("codeowners-github")
    (project / ".git").mkdir()
    assert run_command("build").code == 0
    assert "@shop/risk" in (project / ".github/CODEOWNERS").read_text("utf-8")


def test_other_files_of_a_project_below_the_root_are_written(project, run_command) -> None:
    (project.parent / ".git").mkdir()
    assert run_command("build").code == 0


def test_a_preview_in_another_folder_is_not_what_a_forge_reads(project, enable, run_command, tmp_path) -> None:
    enable("codeowners-github")
    (project.parent / ".git").mkdir()
    assert run_command("build", "--output", str(tmp_path / "out")).code == 0
    assert not list(project.rglob("CODEOWNERS"))
