"""A committed file is removed only from a path that its emitter commits files to."""

from dataclasses import replace
from pathlib import Path

import pytest

from compiler.pipeline.session import Session
from compiler.plan.emitters.committed_paths import is_committed_path
from compiler.source.worktree import WorkTree

EMITTERS = Session(WorkTree(Path(__file__).resolve().parents[2] / "cases" / "_base" / "input")).emitters.by_id


@pytest.mark.parametrize(
    ("emitter", "path"),
    [
        ("model-cards", "records/scorer/MODEL_CARD.md"),
        ("model-cards", "docs/governance/scorer/MODEL_CARD.md"),
        ("cyclonedx", "records/scorer/scorer-1.2.3.cdx.json"),
        ("backstage", "records/catalog-info.yaml"),
        ("github", ".github/workflows/modelyard.yml"),
        ("codeowners-github", "docs/CODEOWNERS"),
        ("codeowners-gitlab", ".gitlab/CODEOWNERS"),
    ],
)
def test_a_path_that_some_model_and_options_give_is_accepted(emitter: str, path: str) -> None:
    assert is_committed_path(EMITTERS, emitter, path)


@pytest.mark.parametrize(
    ("emitter", "path"),
    [
        ("model-cards", "LICENSE"),
        ("model-cards", "MODEL_CARD.md"),
        ("model-cards", "records/scorer/MODEL_CARD.md.txt"),
        ("github", ".github/workflows/release.yml"),
        ("codeowners-github", ".gitlab/CODEOWNERS"),
        ("codeowners-gitlab", "LICENSE"),
        ("kserve", "LICENSE"),
        ("gone", "LICENSE"),
        ("", "LICENSE"),
    ],
)
def test_every_other_path_is_refused(emitter: str, path: str) -> None:
    assert not is_committed_path(EMITTERS, emitter, path)


def test_each_shipped_emitter_can_remove_what_it_commits() -> None:
    committing = {name for name, emitter in EMITTERS.items() for rule in emitter.files if rule.commit_path}
    samples = {rule.commit_path for name in committing for rule in EMITTERS[name].files if rule.commit_path}
    assert len(samples) > 10
    for name in committing:
        for rule in EMITTERS[name].files:
            if rule.commit_path and "options." not in rule.commit_path:
                path = rule.commit_path
                for expression, value in (
                    ("project.folders.records | path", "records"),
                    ("name", "a"),
                    ("release.version", "1.0.0"),
                ):
                    path = path.replace("{{ " + expression + " }}", value)
                assert is_committed_path(EMITTERS, name, path), path


@pytest.mark.parametrize("template", ["{{ options.file }}", "docs/{{ name }}", "{{ project.folders.records | path }}"])
def test_a_template_whose_file_name_is_free_allows_nothing(template: str) -> None:
    emitter = EMITTERS["model-cards"]
    free = replace(emitter, files=(replace(emitter.files[0], commit_path=template),))
    assert not is_committed_path({"free": free}, "free", "LICENSE")
    assert not is_committed_path({"free": free}, "free", "docs/index")
