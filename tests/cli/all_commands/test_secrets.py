"""The text of a value that looks like a secret is in no output, in no format, and not in the cache."""

import pytest

from compiler.report import REPORTERS

SECRETS = {
    "in an address": ("STORE", "postgres://reader:open-sesame-99@db.example/store", "open-sesame-99"),
    "by its name": ("DB_PASSWORD", "hunter2hunter2", "hunter2hunter2"),
    "by its form": ("KEY", "AKIA" + "ABCDEFGHIJKLMNOP", "AKIA" + "ABCDEFGHIJKLMNOP"),
}


@pytest.fixture(params=SECRETS)
def secret(request, project, monkeypatch, tmp_path):
    pytest.importorskip("detect_secrets")
    name, value, text = SECRETS[request.param]
    spec = project / "models" / "scorer.yaml"
    env = f'deploy:\n  target: plain\n  env:\n    - {{name: {name}, value: "{value}"}}'
    spec.write_text(spec.read_text(encoding="utf-8").replace("deploy: {target: plain}", env), encoding="utf-8")
    with (project / "modelyard.yaml").open("a", encoding="utf-8") as file:
        file.write("policies: [supply-chain/no-plaintext-secret]\n")
    monkeypatch.setenv("MODELYARD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("compiler.pipeline.parse_cache.MIN_FILES", 1)
    return text


@pytest.mark.parametrize("format_", REPORTERS)
@pytest.mark.parametrize("options", [(), ("--rendered",)])
def test_no_report_shows_a_secret(run_command, secret, format_, options) -> None:
    said = run_command("check", "--format", format_, *options)
    assert said.code == 1
    assert secret not in said.out + said.err


@pytest.mark.parametrize(
    "words",
    [
        ("explain", "scorer.deploy.env"), ("explain", "scorer.deploy.env", "--format", "json"), ("build",),
        ("inventory", "--format", "json"), ("inventory", "show", "scorer"), ("records", "status"),
    ],
)  # fmt: skip
def test_no_other_command_shows_a_secret(run_command, secret, words) -> None:
    said = run_command(*words)
    assert secret not in said.out + said.err


def test_a_diff_of_a_fix_shows_no_secret(project, run_command, secret) -> None:
    if secret == SECRETS["by its name"][2]:
        pytest.skip("policies are not evaluated on a broken model, and the value alone does not look like a secret")
    spec = project / "models" / "scorer.yaml"
    spec.write_text(
        spec.read_text(encoding="utf-8").replace("environments:", "sumary: x\nenvironments:"), encoding="utf-8"
    )
    said = run_command("check", "--diff", "--unsafe-fixes")
    assert secret not in said.out + said.err


def test_the_cache_keeps_no_secret(run_command, secret, tmp_path) -> None:
    run_command("check")
    kept = b"".join(file.read_bytes() for file in (tmp_path / "cache").iterdir())
    assert kept
    assert secret.encode() not in kept
