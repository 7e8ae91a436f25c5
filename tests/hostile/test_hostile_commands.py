"""Whatever a file of a project contains, every command ends with 0, 1, 2 or 4, and never with a traceback.

Each round damages one or two files of a project and runs one command in this process. MODELYARD_TEST_ROUNDS sets the number of rounds, and
MODELYARD_TEST_SEED the first seed.
"""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from compiler.cli import main

pytestmark = pytest.mark.races

ROOT = Path(__file__).resolve().parents[2]
BASE = ROOT / "tests" / "cases" / "_base" / "input"
ROUNDS = int(os.environ.get("MODELYARD_TEST_ROUNDS", "5"))
FIRST_SEED = int(os.environ.get("MODELYARD_TEST_SEED", "20261201"))
EXIT_CODES = {0, 1, 2, 4}
MARK = "HOSTILEMARK"
MAX_PLACES = 3

MORE_DOCUMENTS = """\
apiVersion: modelyard/v1
kind: Dataset
name: index
endpoint: http://index.data.svc.cluster.local:8080
environments: {dev: {endpoint: "http://index.data-dev.svc.cluster.local:8080"}}
---
apiVersion: modelyard/v1
kind: UseCase
name: lending
summary: Whether an application is accepted.
owner: risk
classification: {eu-ai-act: {value: high-risk, reference: Annex III point 5(b), date: "2026-09-14"}}
---
apiVersion: modelyard/v1
kind: Policy
name: states-its-use
title: A model states its intended use
remedy: add `governance.intendedUse`
rules:
  - {expression: has(model.governance.intendedUse), path: governance.intendedUse, message: the intended use is not documented}
examples:
  good: [{model: {governance: {intendedUse: Loans}}}]
  bad: [{model: {summary: Scores}, path: governance.intendedUse}]
---
apiVersion: modelyard/v1
kind: Waiver
name: until-summer
policies: [states-its-use]
models: {names: [scorer]}
reason: The team documents it in January.
ticket: RISK-7
approvedBy: [{team: model-risk, role: model-risk, date: "2026-11-20"}]
validFrom: "2026-11-20"
expires: "2027-03-31"
---
apiVersion: modelyard/v1
kind: Team
name: model-risk
approvalRoles: [model-risk]
contacts: {email: model-risk@bank.example}
"""
MORE_FILES = {
    "models/more.yaml": MORE_DOCUMENTS,
    "models/_defaults.yaml": "apiVersion: modelyard/v1\nkind: Defaults\nsla: {window: 30d}\nenvironments: {prod: {deploy: {egress: []}}}\n",
    "models/cases.json": '{"cases": [{"input": {"age": 17}, "expected": false}]}\n',
    "schemas/crds/things.yaml": "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
    "metadata: {name: things.bank.example}\nspec: {group: bank.example, names: {kind: Thing}, "
    "versions: [{name: v1, schema: {openAPIV3Schema: {type: object}}}]}\n",
    "baseline.json": '{"version": 1, "findings": []}\n',
}
EXAMPLES = (
    "model-ml",
    "model-llm",
    "model-agent",
    "model-vendor",
    "model-optimization",
    "dataset",
    "environment",
    "waiver",
    "policy",
)
"""Published examples, which have every field. They refer to documents that do not exist: half of the rounds do without them."""

COMMANDS = [
    "check", "check --rendered", "check --diff --unsafe-fixes", "check --fix", "check --format json --baseline baseline.json",
    "check --sources", "check --format sarif", "check --format junit", "check --format markdown", "check models/scorer.yaml",
    "check --write-baseline baseline.json", "check --as-of 2027-05-01 --env prod", "check --changed-since HEAD", "check --rev HEAD",
    "build", "build --check", "build scorer", "build --format json --output out", "explain scorer", "explain scorer.deploy --env prod",
    "explain build/dev/scorer/note.txt:1", "explain states-its-use", "explain sla.availability --format json", "graph",
    "graph --format svg", "graph --format dot scorer", "inventory", "inventory --format json", "inventory --format csv --wide",
    "inventory scorer", "inventory due --format json", "records status", "records status --format json", "affected --since HEAD",
    "affected --all --format json", "promote scorer --to prod --diff", "rollback scorer --env prod --diff", "retire scorer --diff",
    "policy list --format json", "policy show states-its-use", "policy test", "policy impact --since HEAD",
    "new model other --type rules --print", "new team other", "run --list train", "run scorer test", "schema model", "init --dry-run",
    "publish --env dev --branch environments",
]  # fmt: skip

VALUES = [
    "null", "true", "0", "-1", "1e999", "-1e400", ".nan", ".inf", "9" * 400, "0x" + "f" * 40, "1_000", '""', '" "', '"\\0"', '"\\e[2J"',
    '"\\ud800"', '"\\uE000\\uF8FF"', '"a\\Nb\\Lc"', '"\\u202e"', '"{{ 7 * 7 }}{% raw %}"', '"${{ x }} $(id) `id`"', "../../etc/passwd",
    "/dev/zero", '"a\\nb: c"', "{}", "[]", "{a: 1}", "[1, null, [x], {}]", "[{name: a}, {name: a}]", '{"": 1}', "{1: 2}", "{null: x}",
    "{? [a] : b}", "[" * 60 + "]" * 60, "[" * 3000 + "]" * 3000, "&a [*a]", "&a x", "*unknown", "!!python/object:x {}", "!!binary aGk=",
    "2026-01-01", '"2026-13-45"', '"0000-00-00"', "{<<: {name: x}}", "x" * 70_000, "name", "model", "None", "Größe-大", '"é́"',
    '"1.0.0"', '"^2"', "sha256:0", "http://", '"http://[::1"', "http://a:99999999/", "1d", "-5m", "99999999999999999999d", "150%", "1e30%",
    '"* * * * *"', "prod", "scorer", "risk", "Team", "__class__", "constructor", '"~1~0/"', "_", "-", ".", "#", "? x", "|\n  a\n b",
    "a: b: c",
]  # fmt: skip
TEMPLATE_TEXTS = [
    "{{ name }}", "{{ [name]|map(attribute='__class__')|list }}", "{{ 1e999 }}", "{{ name|", "{% for x in 5 %}{{ x }}{% endfor %}",
    "{{ model.deploy.x.y }}", "{{ name / 0 }}", "{{ 2 ** 9999 }}", "{% include 'x' %}", "{{ 'a' * 999999999 }}", "\ue000",
]  # fmt: skip
BYTES = [
    b"\xff\xfe", b"\0", b"\r", b"\t", b"\x85", b"\xef\xbb\xbf", b"---\n", b"...\n", b"%YAML 9.9\n", b"{", b"]", b"'", b'"', b"&a ", b": ",
    b"\xed\xa0\x80",
]  # fmt: skip


def create_project(folder: Path, *, with_examples: bool) -> None:
    """A project with every kind of document."""
    shutil.copytree(BASE, folder)
    for path, text in MORE_FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    with (folder / "modelyard.yaml").open("a", encoding="utf-8") as file:
        file.write("policies: [states-its-use]\n")
    for name in EXAMPLES if with_examples else ():
        shutil.copyfile(ROOT / "schemas" / "examples" / f"{name}.yaml", folder / "models" / f"{name}.yaml")


def damage_data(random_: random.Random, text: str) -> str:
    """The YAML documents with values or keys replaced, removed, repeated or moved."""
    documents = list(yaml.safe_load_all(text))
    replacements = []
    for _ in range(random_.randint(1, MAX_PLACES)):
        index = random_.randrange(len(documents))
        containers = list(all_containers(documents[index]))
        if containers:
            damage_container(random_, random_.choice(containers), [part for part in containers if part])
            replacements.append(random_.choice(VALUES))
    damaged = yaml.safe_dump_all(documents, sort_keys=False, allow_unicode=True, width=10_000)
    for value in replacements:
        damaged = damaged.replace(MARK, value, 1)
    return damaged.replace(MARK, "null")


def all_containers(data: object) -> Iterator[dict | list]:
    if isinstance(data, dict | list):
        yield data
        for child in data.values() if isinstance(data, dict) else data:
            yield from all_containers(child)


def damage_container(random_: random.Random, container: dict | list, others: list[dict | list]) -> None:
    keys = list(container) if isinstance(container, dict) else list(range(len(container)))
    key = random_.choice(keys) if keys else None
    action = random_.choice(["replace", "replace", "replace", "remove", "rename", "add", "repeat", "nest", "swap"])
    if key is None or action == "add":
        add_to(container, MARK if isinstance(container, dict) else 0, MARK)
    elif action == "remove":
        del container[key]
    elif action == "rename" and isinstance(container, dict):
        add_to(container, MARK, container.pop(key))
    elif action == "repeat" and isinstance(container, list):
        container.extend([container[key]] * 3)
    elif action == "nest":
        container[key] = [container[key]] if random_.random() < 0.5 else {str(key): container[key]}
    elif action == "swap":
        other = random_.choice(others)
        container[key] = yaml.safe_load(
            yaml.safe_dump(random_.choice(list(other.values() if isinstance(other, dict) else other)))
        )
    else:
        container[key] = MARK


def add_to(container: dict | list, key: object, value: object) -> None:
    if isinstance(container, dict):
        container[key] = value
    else:
        container.append(value)


def damage_bytes(random_: random.Random, content: bytes) -> bytes:
    """The content with lines or characters removed, repeated, exchanged or inserted."""
    lines = content.splitlines(keepends=True) or [b""]
    at = random_.randrange(len(lines))
    action = random_.choice(["insert", "insert", "cut", "remove", "repeat", "exchange", "indent", "value"])
    position = random_.randrange(len(content) + 1)
    if action == "insert":
        return content[:position] + random_.choice(BYTES) + content[position:]
    if action == "cut":
        return content[:position]
    if action == "exchange":
        other = random_.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    elif action == "value" and b":" in lines[at]:
        lines[at] = lines[at].partition(b":")[0] + b": " + random_.choice(VALUES).encode(errors="surrogatepass") + b"\n"
    else:
        lines[at] = {"remove": b"", "repeat": lines[at] * 2, "indent": b"  " + lines[at]}.get(action, b"")
    return b"".join(lines)


def damage_text(random_: random.Random, content: bytes) -> bytes:
    return content + random_.choice(TEMPLATE_TEXTS).encode() + b"\n"


def damage_file(random_: random.Random, file: Path) -> None:
    content = file.read_bytes()
    if file.suffix in {".yaml", ".json"} and random_.random() < 0.7:
        try:
            damaged = damage_data(random_, content.decode()).encode(errors="surrogatepass")
        except (ValueError, yaml.YAMLError, TypeError):
            damaged = damage_bytes(random_, content)
    elif file.suffix == ".j2" and random_.random() < 0.7:
        damaged = damage_text(random_, content)
    else:
        damaged = damage_bytes(random_, content)
    file.write_bytes(damaged)


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file, without git's."""
    paths = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.relative_to(folder).parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def restore(folder: Path, files: dict[str, bytes]) -> None:
    """The files as they were, and no others."""
    present = files_of(folder)
    for path in present.keys() - files.keys():
        (folder / path).unlink()
    for path, content in files.items():
        if present.get(path) != content:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)


@pytest.fixture(scope="module", params=[False, True], ids=["sound", "with examples"])
def project(request, tmp_path_factory) -> tuple[Path, dict[str, bytes]]:
    """A folder that contains a project, which is a repository and was built, and a cache; and their files."""
    folder = tmp_path_factory.mktemp("hostile")
    create_project(folder / "project", with_examples=request.param)
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "First"]):
        who = ["-c", "user.name=tests", "-c", "user.email=tests@example.org"]
        subprocess.run(["git", *who, *words], cwd=folder / "project", check=True)
    return folder, files_of(folder)


def run(words: list[str], monkeypatch, capsys) -> tuple[object, str]:
    """How a command ends, and what it prints."""
    monkeypatch.setattr(sys, "argv", ["modelyard", *words])
    capsys.readouterr()
    try:
        main()
    except SystemExit as end:
        return end.code or 0, "".join(capsys.readouterr())
    except BaseException as error:  # noqa: BLE001 - whatever leaves `main` is what the test looks for
        return type(error).__name__, "".join(capsys.readouterr())
    return "no exit", ""


def damaged_paths(random_: random.Random, files: dict[str, bytes]) -> list[str]:
    return [random_.choice(sorted(files)) for _ in range(random_.choice([1, 1, 1, 2]))]


def test_no_damaged_file_ends_a_command_with_a_bug(project, monkeypatch, capsys) -> None:
    folder, first_files = project
    monkeypatch.chdir(folder / "project")
    monkeypatch.setenv("MODELYARD_CACHE", str(folder / "cache"))
    run(["build"], monkeypatch, capsys)
    run(["check"], monkeypatch, capsys)
    files = files_of(folder)
    assert len(files) > len(first_files)
    wrong = []
    for seed in range(FIRST_SEED, FIRST_SEED + ROUNDS):
        random_ = random.Random(seed)
        paths = damaged_paths(random_, files)
        for path in paths:
            damage_file(random_, folder / path)
        command = random_.choice(COMMANDS)
        code, printed = run(command.split(), monkeypatch, capsys)
        if code not in EXIT_CODES or "Traceback" in printed or "\x1b" in printed:
            wrong.append(f"seed {seed}: `{command}` with {paths} ends with {code}: {printed[-500:]}")
        restore(folder, files)
    assert not wrong, "\n".join(wrong)
