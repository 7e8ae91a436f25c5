"""A secret that is planted anywhere in a model reaches no output and no cache, in whatever state the model is then.

MODELYARD_TEST_ROUNDS sets how many secrets are planted.
"""

import os
import random
import shutil
import sys
from pathlib import Path

import pytest
import yaml

from compiler.cli import main
from compiler.report import REPORTERS

pytestmark = pytest.mark.races

BASE = Path(__file__).resolve().parents[1] / "cases" / "_base" / "input"
ROUNDS = int(os.environ.get("MODELYARD_TEST_ROUNDS", "12"))
LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-_+/=.:#@ "
NAMES = ["password", "apiKey", "API_TOKEN", "dbPassword", "client-secret", "passphrase", "AWS_SECRET_ACCESS_KEY"]
COMMANDS = [
    *(f"check --format {name}" for name in REPORTERS), "check --diff --unsafe-fixes", "check --rendered", "build", "build --check",
    "build --format json", "explain scorer", "explain scorer.deploy --format json", "explain scorer.summary",
    "affected --all --format json",
    "affected --all", "inventory", "inventory --format json", "inventory --format csv --wide", "inventory scorer", "inventory due", "graph",
    "records status", "promote scorer --to prod --diff", "retire scorer --diff", "policy impact --since 30d", "run --list train",
]  # fmt: skip


def plant(random_: random.Random, document: object, secret: str) -> None:
    """Put the secret into a random map of the document, under the name of a secret, or as the value of a variable."""
    maps = [document]
    for value in maps:
        maps += [
            child for child in (value.values() if isinstance(value, dict) else value) if isinstance(child, dict | list)
        ]
    container = random_.choice([value for value in maps if isinstance(value, dict)])
    name = random_.choice(NAMES)
    form = random_.choice(["value", "list", "variable"])
    if form == "variable":
        container[random_.choice(["env", "labels", "deploy"])] = [{"name": name, "value": secret}]
    else:
        container[name] = [secret] if form == "list" else secret


def spoil(random_: random.Random, text: str) -> str:
    """The text as it is, or with a mistake after or before the secret."""
    return random_.choice([text, text, f"{text}a: [\n", f"sumary: x\n{text}", f'{text}b: "\n'])


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "project"
    shutil.copytree(BASE, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("MODELYARD_CACHE", str(tmp_path / "cache"))
    return folder


def test_no_output_holds_a_planted_secret(project, tmp_path, monkeypatch, capsys) -> None:
    spec = project / "models" / "scorer.yaml"
    original = spec.read_text(encoding="utf-8")
    for number in range(ROUNDS):
        random_ = random.Random(number)
        secret = "Z9" + "".join(random_.choices(LETTERS, k=random_.randint(8, 24))).strip() + "q7"
        document = yaml.safe_load(original)
        plant(random_, document, secret)
        spec.write_text(spoil(random_, yaml.safe_dump(document, sort_keys=False, width=10_000)), encoding="utf-8")
        command = COMMANDS[number % len(COMMANDS)]
        monkeypatch.setattr(sys, "argv", ["modelyard", *command.split()])
        with pytest.raises(SystemExit) as ended:
            main()
        output = capsys.readouterr()
        assert ended.value.code in {None, 0, 1, 2}, output.err
        assert secret not in output.out + output.err, f"round {number}: {command}"
        kept = b"".join(file.read_bytes() for file in (tmp_path / "cache").glob("*"))
        assert secret.encode() not in kept, f"round {number}: {command}"
