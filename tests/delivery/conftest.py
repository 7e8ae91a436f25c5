"""Trees that are delivered: a small fleet, what is made of it, and who reads it."""

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import pytest
import yaml

from compiler.diagnostics.finding import Finding
from compiler.pipeline.session import Session
from compiler.pipeline.stages import BuildResult, build
from compiler.source.memory_tree import MemoryTree

ROOT = Path(__file__).resolve().parents[2]
HEAD = {"apiVersion": "modelyard/v1"}
DIGEST = "sha256:" + "0" * 64
PROGRAM = {"image": "registry.example/own:1.0", "digest": DIGEST, "port": 9000, "health": "/ready"}
ARGOCD = {"version": "3.5", "namespace": "argocd", "createNamespaces": True}
ENVIRONMENT = {
    "stage": "prod", "namespace": "models", "cluster": "prod-1",
    "delivery": {"repository": "https://git.bank.example/ml/deployments.git", "branch": "env/prod"},
    "capabilities": {"kubernetes": {"version": "1.34"}, "kserve": {"version": "0.20", "mode": "Standard"}, "argocd": ARGOCD},
}  # fmt: skip


@dataclass(frozen=True)
class BuiltProject:
    """The files of a build by path, what was found, and the text of the line that each finding stands at."""

    files: Mapping[str, str]
    findings: tuple[Finding, ...]
    run: Session

    def read(self, path: str) -> Any:
        """The one document of a file."""
        return yaml.load(self.files[path], Loader=yaml.CSafeLoader)

    def documents(self, path: str) -> list[Any]:
        """Every document of a file."""
        return [one for one in yaml.load_all(self.files[path], Loader=yaml.CSafeLoader) if one]

    @property
    def wrong(self) -> list[tuple[str, str]]:
        """What is mandatory: each message, and its line."""
        return [(one.message, self._line(one)) for one in self.findings if one.is_blocking]

    @property
    def reported_findings(self) -> list[tuple[str, str, str]]:
        """The findings about quotas and owners: each code, message and line."""
        return [(one.code.id, one.message, self._line(one)) for one in self.findings if one.code.id.startswith("MY42")]

    def _line(self, found: Finding) -> str:
        text = self.run.read_text(found.location.path) if found.location else None
        return text.splitlines()[found.location.line - 1].strip() if text and found.location else ""

    def write(self, folder: Path) -> None:
        """Lay the files out below a folder."""
        for path, text in self.files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")


def _program(name: str, deploy: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A model that is a program."""
    resources = {"resources": {"cpu": 1, "memory": "1Gi"}}
    return {
        **HEAD, "kind": "Model", "name": name, "type": "heuristic", "lifecycle": "production", "summary": "A.", "owner": "risk",
        "version": "1.0.0", "source": PROGRAM, "deploy": {"target": "kubernetes", **resources, **(deploy or {})},
        "environments": {"prod": {}}, **more,
    }  # fmt: skip


def _tree(*models: Mapping[str, Any], environment: Mapping[str, Any] | None = None, **project: Any) -> dict[str, bytes]:
    """The files of a project with one environment; a field of it that is None is left out."""
    environment_fields = {
        key: value for key, value in {**ENVIRONMENT, **(environment or {})}.items() if value is not None
    }
    documents = [
        {
            **HEAD,
            "kind": "Team",
            "name": "risk",
            "contacts": {"email": "risk@bank.example"},
            "codeOwners": ["@bank/risk"],
        },
        {**HEAD, "kind": "Environment", "name": "prod", **environment_fields},
        *models,
    ]
    whole = {**HEAD, "kind": "Project", "name": "bank", "environments": ["prod"], **project}
    texts = {
        "modelyard.yaml": yaml.dump(whole, Dumper=yaml.CSafeDumper),
        "models/all.yaml": yaml.dump_all(documents, Dumper=yaml.CSafeDumper),
    }
    return {path: text.encode() for path, text in texts.items()}


def _build_project(files: Mapping[str, bytes]) -> BuiltProject:
    """What a build makes of a project."""
    session = Session(MemoryTree(files))
    return _built_project(session, build(session))


def _built_project(session: Session, result: BuildResult) -> BuiltProject:
    files = {file.path: file.content.decode() for unit in result.units for file in unit.files}
    return BuiltProject(files, result.findings, session)


@pytest.fixture(scope="session")
def a_model() -> Callable[..., dict[str, Any]]:
    """A model that is a program."""
    return _program


@pytest.fixture(scope="session")
def deliver() -> Callable[..., BuiltProject]:
    """What is made of some models in one environment."""
    return lambda *models, **project_fields: _build_project(_tree(*models, **project_fields))


@pytest.fixture(scope="session")
def build_of() -> Callable[[Mapping[str, bytes]], BuiltProject]:
    """What is made of a project's files."""
    return _build_project


@pytest.fixture(scope="session")
def sample(sample_session: Session, sample_build: BuildResult) -> BuiltProject:
    """The build of the sample portfolio."""
    return _built_project(sample_session, sample_build)


@pytest.fixture
def kustomize(program: Callable[[str], str], tmp_path: Path) -> Callable[..., list[Any]]:
    """The objects that kustomize builds of a folder, with what an Application adds to its kustomization."""

    def build_folder(tree_: BuiltProject, path: str, **more: Any) -> list[Any]:
        if not (tmp_path / "tree").exists():
            tree_.write(tmp_path / "tree")
        if more:
            (tmp_path / "tree" / "edited").mkdir(exist_ok=True)
            text = yaml.dump({"resources": [f"../{path}"], **more}, Dumper=yaml.CSafeDumper)
            (tmp_path / "tree" / "edited" / "kustomization.yaml").write_text(text, encoding="utf-8")
            path = "edited"
        command = [program("kubectl"), "kustomize", str(tmp_path / "tree" / path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return [one for one in yaml.load_all(done.stdout, Loader=yaml.CSafeLoader) if one]

    return build_folder


@pytest.fixture(scope="session")
def argo_models(
    program: Callable[[str], str], skip_without: Callable[[str, str], NoReturn]
) -> Callable[[Mapping[str, Any]], str]:
    """What the package @kubernetes-models/argo-cd says is wrong with an object; empty where nothing is."""
    folder = os.environ.get("MODELYARD_TEST_ARGOCD_MODELS")
    if not folder or not (Path(folder) / "node_modules" / "@kubernetes-models").is_dir():
        remedy = "npm install @kubernetes-models/argo-cd into a folder, and name it in MODELYARD_TEST_ARGOCD_MODELS"
        skip_without("argocd-models", remedy)
    script = (
        "import * as known from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1'; import {readFileSync} from 'fs';"
        "const found = JSON.parse(readFileSync(0, 'utf8'));"
        "try { new known[found.kind](found).validate(); } catch (error) { console.log(error.message || String(error)); }"
    )
    node = program("node", "https://nodejs.org")

    def wrong(resource: Mapping[str, Any]) -> str:
        process = subprocess.run(
            [node, "--input-type=module", "-e", script],
            input=json.dumps(resource),
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
        return process.stdout.strip()

    return wrong


@pytest.fixture(scope="session")
def official(external_schemas: Path) -> Callable[[str], Any]:
    """The official schema of a kind of Argo CD, made strict as a cluster's are."""
    from compiler.json_schema.structural import to_strict_schema  # noqa: PLC0415 - only where there are schemas
    from compiler.json_schema.validator import Validator  # noqa: PLC0415 - only where there are schemas

    @cache
    def load_schema(kind: str) -> Validator:
        path = external_schemas / "k8s-crd" / "argoproj.io" / f"{kind.lower()}_v1alpha1.json"
        return Validator(to_strict_schema(json.loads(path.read_bytes())))

    return load_schema
