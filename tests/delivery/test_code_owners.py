"""Forges request a review from the team of a model for its files, and from the project's owner for all other files."""

import re
from collections.abc import Iterator, Mapping
from posixpath import dirname, join
from typing import Any

import pytest
import yaml
from codeowners import CodeOwners
from hypothesis import example, given
from hypothesis import strategies as st

from compiler.render.escape.codeowners_escaper import GitHubCodeownersEscaper, GitLabCodeownersEscaper
from compiler.templating.template_errors import ValueRejectedError

GITHUB, GITLAB = ".github/CODEOWNERS", ".gitlab/CODEOWNERS"


def enable_forge(forge: str, **options: Any) -> dict[str, Any]:
    return {"emitters": {f"codeowners-{forge}": {"enabled": True, **({"options": options} if options else {})}}}


def github(text: str, path: str) -> list[str]:
    """Whom GitHub asks about a file."""
    return [handle for _, handle in CodeOwners(text).of(path)]


# GitLab's own matcher is Ruby's File.fnmatch with FNM_PATHNAME and FNM_DOTMATCH; how paths are made ready for it stands in its manual.
ASCII_SPACE = " \t\n\v\f\r\0"
"""What Ruby's `strip` takes away; a no-break space stays."""
HEADING = re.compile(r"\^?\[(?P<name>[^\]]+)\](?:\[(?P<approvals>[0-9]+)\])?(?P<owners>.*)")


def sections(text: str) -> Iterator[tuple[str, int, list[tuple[str, list[str]]]]]:
    """The sections of a file: name, approvals, and patterns with their owners in order."""
    name, approvals, entries = "", 1, []
    for line in text.splitlines():
        if not line.strip(ASCII_SPACE) or line.startswith("#"):
            continue
        if heading := HEADING.fullmatch(line):
            yield name, approvals, entries
            name, approvals, entries = heading["name"], int(heading["approvals"] or 1), []
            continue
        pattern, *owners = re.split(r"(?<!\\)\s+", line.strip(ASCII_SPACE), flags=re.ASCII)
        entries.append((pattern, owners))
    yield name, approvals, entries


def normalise_pattern(pattern: str) -> str:
    pattern = re.sub(r"\\\s", " ", re.sub(r"\A\\#", "#", pattern))
    if pattern == "*":
        return "/**/*"
    pattern = pattern if pattern.startswith("/") else f"/**/{pattern}"
    return f"{pattern}**/*" if pattern.endswith("/") else pattern


def fnmatch(pattern: str, path: str) -> bool:
    """Ruby's `File.fnmatch` with FNM_PATHNAME | FNM_DOTMATCH."""
    regex, position = "", 0
    while position < len(pattern):
        if pattern.startswith("**/", position) and (position == 0 or pattern[position - 1] == "/"):
            regex, position = f"{regex}(?:[^/]*/)*", position + 3
            continue
        char = pattern[position]
        if char == "\\" and position + 1 < len(pattern):
            position += 1
            regex += re.escape(pattern[position])
        elif char == "[":
            end = pattern.index("]", position)
            regex, position = f"{regex}{pattern[position : end + 1]}", end
        else:
            regex += {"*": "[^/]*", "?": "[^/]"}.get(char, re.escape(char))
        position += 1
    return re.fullmatch(regex, path, re.DOTALL) is not None


def gitlab(text: str, path: str) -> dict[str, tuple[int, list[str]]]:
    """Whom GitLab asks about a file, by section: how many have to approve, and who."""
    reviewers = {}
    for name, approvals, entries in sections(text):
        fitting = [owners for pattern, owners in entries if fnmatch(normalise_pattern(pattern), f"/{path}")]
        if fitting:
            reviewers[name] = (approvals, fitting[-1])
    return reviewers


def team(name: str, **fields: Any) -> dict[str, Any]:
    return {"apiVersion": "modelyard/v1", "kind": "Team", "name": name, "codeOwners": [f"@bank/{name}"], **fields}


def project(a_model, files: Mapping[str, list[dict[str, Any]]], **project_fields: Any) -> dict[str, bytes]:
    """A project with three teams, in files as they are given."""
    whole = {
        "apiVersion": "modelyard/v1",
        "kind": "Project",
        "name": "bank",
        "environments": ["prod"],
        "owner": "platform",
        **project_fields,
    }
    prod = {
        "apiVersion": "modelyard/v1", "kind": "Environment", "name": "prod", "stage": "prod", "namespace": "models", "owner": "operations",
        "capabilities": {"kubernetes": {"version": "1.34"}},
    }  # fmt: skip
    base = {
        "models/teams.yaml": [
            team("risk"),
            team("lending"),
            team("platform"),
            team("operations"),
            team("validation", approvalRoles=["risk"]),
        ],
        "models/prod.yaml": [prod],
    }
    texts = {path: yaml.dump_all(documents, Dumper=yaml.CSafeDumper) for path, documents in {**base, **files}.items()}
    return {
        path: text.encode()
        for path, text in {"modelyard.yaml": yaml.dump(whole, Dumper=yaml.CSafeDumper), **texts}.items()
    }


def model(a_model, name: str, owner: str | None = "risk", **fields: Any) -> dict[str, Any]:
    made = {**a_model(name), "owner": owner, **fields}
    return {key: value for key, value in made.items() if value is not None}


POLICY = {
    "apiVersion": "modelyard/v1", "kind": "Policy", "name": "summed-up", "title": "A.", "remedy": "b", "owner": "validation",
    "rules": [{"expression": "model.summary != ''", "message": "a"}],
    "examples": {"good": [{"model": {"summary": "a"}}], "bad": [{"model": {"summary": ""}}]},
}  # fmt: skip
WAIVER = {
    "apiVersion": "modelyard/v1", "kind": "Waiver", "name": "later", "policies": ["ours/summed-up"], "models": {"names": ["alone"]},
    "reason": "It is being written.", "ticket": "T-1", "expires": "2099-01-01", "approvedBy": [{"team": "validation", "role": "risk"}],
}  # fmt: skip


@pytest.fixture
def files(a_model):
    """Documents of every kind, in files of one team and of several."""
    release = {**model(a_model, "beside")["source"], "files": ["tables/beside.json"]}
    return {
        "models/cards/alone.yaml": [model(a_model, "alone")],
        "models/cards/loans.yaml": [model(a_model, "loans", "lending")],
        "models/cards/both.yaml": [model(a_model, "first"), model(a_model, "second", "lending")],
        "models/cards/pair/spec.yaml": [model(a_model, "pair")],
        "models/cards/beside.yaml": [model(a_model, "beside", source=release)],
        "models/lending/_defaults.yaml": [{"apiVersion": "modelyard/v1", "kind": "Defaults", "owner": "lending"}],
        "models/lending/inherits.yaml": [model(a_model, "inherits", None)],
        "models/mixed/_defaults.yaml": [{"apiVersion": "modelyard/v1", "kind": "Defaults", "labels": {"a": "b"}}],
        "models/mixed/a.yaml": [model(a_model, "a")],
        "models/mixed/b.yaml": [model(a_model, "b", "lending")],
        "models/sole/_defaults.yaml": [{"apiVersion": "modelyard/v1", "kind": "Defaults", "labels": {"a": "b"}}],
        "models/sole/c.yaml": [model(a_model, "c")],
        "models/data.yaml": [
            {"apiVersion": "modelyard/v1", "kind": "Dataset", "name": "d", "owner": "lending", "uri": "s3://a/b"}
        ],
        "models/cases.yaml": [
            {"apiVersion": "modelyard/v1", "kind": "UseCase", "name": "u", "owner": "lending", "summary": "A."}
        ],
        "schemas/policies/ours/rules.yaml": [POLICY],
        "models/waivers.yaml": [WAIVER],
        "models/cards/tables/beside.json": [{}],
    }


EXPECTED_OWNERS = {
    "modelyard.yaml": "platform", "models/teams.yaml": "platform", "models/prod.yaml": "operations", "models/cards/alone.yaml": "risk",
    "models/cards/loans.yaml": "lending", "models/cards/both.yaml": "platform", "models/cards/pair/spec.yaml": "risk",
    "models/cards/pair/notes/later.md": "risk", "models/cards/beside.yaml": "risk", "models/cards/tables/beside.json": "risk",
    "models/cards/new.yaml": "platform", "models/lending/_defaults.yaml": "lending", "models/lending/inherits.yaml": "lending",
    "models/mixed/_defaults.yaml": "platform", "models/mixed/a.yaml": "risk", "models/mixed/b.yaml": "lending",
    "models/sole/_defaults.yaml": "risk", "models/data.yaml": "lending", "models/cases.yaml": "lending",
    "schemas/policies/ours/rules.yaml": "validation", "schemas/policies/ours/pack.yaml": "platform", "models/waivers.yaml": "validation",
    "schemas/crds/a.json": "platform", "templates/targets/mine/emitter.yaml": "platform", GITHUB: "platform", GITLAB: "platform",
    ".modelyard/locks/all.forges.json": "platform", "README.md": "platform", ".github/workflows/ci.yml": "platform",
}  # fmt: skip


def test_github_asks_who_answers_for_it(files, a_model, build_of):
    made = build_of(project(a_model, files, **enable_forge("github")))
    assert made.wrong == []
    text = made.files[GITHUB]
    assert {path: github(text, path) for path in EXPECTED_OWNERS} == {
        path: [f"@bank/{owner}"] for path, owner in EXPECTED_OWNERS.items()
    }


def test_gitlab_asks_who_answers_for_it(files, a_model, build_of):
    made = build_of(project(a_model, files, **enable_forge("gitlab")))
    assert made.wrong == []
    text = made.files[GITLAB]
    assert {path: gitlab(text, path) for path in EXPECTED_OWNERS} == {
        path: {"Owners": (1, [f"@bank/{owner}"])} for path, owner in EXPECTED_OWNERS.items()
    }


def test_only_policies_require_the_number_of_approvals_set_for_policies(files, a_model, build_of):
    forge_options = enable_forge("gitlab", path="CODEOWNERS", approvals={"all": 2, "policies": 3})
    text = build_of(project(a_model, files, **forge_options)).files["CODEOWNERS"]
    for path, owner in EXPECTED_OWNERS.items():
        special = path in {"schemas/policies/ours/rules.yaml", "models/waivers.yaml"}
        own = {"Policies and waivers": (3, [f"@bank/{owner}"])} if special else {}
        assert gitlab(text, path) == {"Owners": (2, [f"@bank/{owner}"]), **own}


@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_each_file_of_the_sample_is_its_teams(forge, sample, build_of):
    """Told again without the compiler: the teams that the documents of a file name, one by one."""
    tree = sample.run.tree
    project_files = {path: tree.read(path) for path in ["modelyard.yaml", *tree.paths("models")]}
    whole = yaml.load(project_files["modelyard.yaml"], Loader=yaml.CSafeLoader) | enable_forge(forge)
    made = build_of({**project_files, "modelyard.yaml": yaml.dump(whole, Dumper=yaml.CSafeDumper).encode()})
    assert made.wrong == []
    text = made.files[GITHUB if forge == "github" else GITLAB]
    own = {dirname(path): path for path in project_files if path.endswith("/spec.yaml")}
    checked_count = 0
    for path in project_files:
        spec = next((own[folder] for folder in own if path.startswith(f"{folder}/")), path)
        if not spec.endswith(".yaml"):
            continue
        documents = [
            one for one in yaml.load_all(project_files[spec], Loader=yaml.CSafeLoader) if isinstance(one, Mapping)
        ]
        teams = {
            "data-platform" if one["kind"] == "Team" else owner(one, spec, project_files)
            for one in documents
            if "kind" in one
        }
        expected = teams.pop() if len(teams) == 1 else "data-platform"
        reviewers = github(text, path) if forge == "github" else gitlab(text, path)["Owners"][1]
        assert reviewers == [f"@bank/{expected}"], path
        checked_count += 1
    assert checked_count > 40


def owner(document: Mapping[str, Any], path: str, project_files: Mapping[str, bytes]) -> str:
    """What a document says, or the nearest `_defaults.yaml` above it."""
    if "owner" in document or document["kind"] != "Model":
        return document.get("owner", "data-platform")
    folder = dirname(path)
    while folder:
        defaults = project_files.get(join(folder, "_defaults.yaml"))
        if defaults and (found := yaml.load(defaults, Loader=yaml.CSafeLoader).get("owner")):
            return found
        folder = dirname(folder)
    return ""


def test_what_is_made_of_a_model_and_committed_is_the_models(files, a_model, build_of):
    emitter = """id: card
title: Card
files:
  - {path: "card/{{ name }}.json", commitPath: "records/{{ name }}/card.json", template: card.json.j2, scope: model}
  - {path: all.json, commitPath: docs/all.json, template: all.json.j2, scope: project}
  - {path: env.json, commitPath: "docs/{{ environment.name }}.json", template: all.json.j2, scope: environment}
"""
    extra = {
        "templates/records/card/emitter.yaml": emitter, "templates/records/card/card.json.j2": '{"a": {{ name }}}\n',
        "templates/records/card/all.json.j2": '{"a": 1}\n',
    }  # fmt: skip
    texts = {path: text.encode() for path, text in extra.items()}
    made = build_of({**project(a_model, files, **enable_forge("github")), **texts})
    assert made.wrong == []
    text = made.files[GITHUB]
    assert github(text, "records/alone/card.json") == ["@bank/risk"]
    assert github(text, "records/alone/more.md") == ["@bank/risk"], "the folder is the model's"
    assert github(text, "records/loans/card.json") == ["@bank/lending"]
    assert github(text, ".modelyard/locks/all.records/loans.json") == ["@bank/lending"], "it changes with them"
    assert github(text, ".modelyard/locks/all.records/new.json") == ["@bank/platform"]
    assert github(text, "docs/all.json") == ["@bank/platform"]
    assert github(text, "docs/prod.json") == ["@bank/operations"]


def test_a_part_of_a_build_tells_the_same(files, a_model, build_of):
    result = build_of(project(a_model, files, **enable_forge("github")))
    parts = {
        unit.id: files_
        for unit in result.run.plan_units(lambda name, _: not name or name == "alone")
        for files_ in [result.run.render_stage.render_unit(unit)[0]]
    }
    [text] = [file.content.decode() for file in parts["all.forges"]]
    assert text == result.files[GITHUB]


ODD = [
    "models/a b.yaml", "models/a#b.yaml", "models/#.yaml", "models/[ab].yaml", "models/a*b.yaml", "models/what?.yaml", "models/a\\b.yaml",
    "models/!a.yaml", "models/a @bank=x.yaml", "models/a$b&c;d.yaml", "models/größe.yaml", "models/a'b\"c.yaml", "models/a #b @c.yaml",
    "models/{a,b}.yaml", "models/a\\ b.yaml", "models/^[x].yaml", "models/-a.yaml", "models/**.yaml", "models/a  b.yaml",
]  # fmt: skip


def owned_paths(text: str) -> list[tuple[str, list[str]]]:
    """Every line that is no comment, taken apart at the spaces that no backslash stands before."""
    lines = [line for line in text.splitlines() if line and not line.startswith(("#", "["))]
    parts = [re.split(r"(?<!\\) ", line) for line in lines]
    return [(pattern, owners) for pattern, *owners in parts]


@pytest.mark.parametrize("path", ODD)
def test_a_file_of_an_odd_name_is_its_owners_and_no_line_says_more(path, a_model, build_of):
    odd = {path: [model(a_model, "alone")], "models/aXb.yaml": [model(a_model, "loans", "lending")]}
    for forge, place, ask in (
        ("github", GITHUB, github),
        ("gitlab", GITLAB, lambda text, at: gitlab(text, at)["Owners"][1]),
    ):
        made = build_of(project(a_model, odd, **enable_forge(forge)))
        assert made.wrong == []
        text = made.files[place]
        assert ask(text, path) == ["@bank/risk"], forge
        assert ask(text, "models/aXb.yaml") == ["@bank/lending"], "a wildcard takes nothing from a file of a plain name"
        assert all(len(owners) == 1 and owners[0].startswith("@bank/") for _, owners in owned_paths(text))
        assert len(owned_paths(text)) == len({pattern for pattern, _ in owned_paths(text)})


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="/"), min_size=1, max_size=12).filter(
    lambda text: text not in {".", ".."}
)


@pytest.mark.parametrize(("place", "forge"), [(GitHubCodeownersEscaper, "github"), (GitLabCodeownersEscaper, "gitlab")])
@given(name=TEXTS, extra_name=TEXTS)
@example(name="a\n* @evil", extra_name="b")
@example(name="a @evil", extra_name="a")
@example(name="\\", extra_name="x")
@example(name="a\\", extra_name="ab")
@example(name="[a]", extra_name="a")
@example(name="a\u2028b", extra_name="ab")
@example(name="\r", extra_name="x")
def test_no_name_adds_a_line_or_an_owner_or_takes_another_file(place, forge, name, extra_name):
    written = place()
    line = f"{written.escape(f'/{name}', is_encoded=False)} @bank/risk"
    text = f"* @bank/platform\n{line}\n"
    assert len(text.splitlines()) == 2
    if forge == "github" and name != name.strip():
        return  # the library that tells what GitHub does loses a space at the end of a name
    ask = github if forge == "github" else lambda text, at: gitlab(text, at)[""][1]
    assert ask(text, name) == ["@bank/risk"] or re.search(
        r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028-\u202f\u205f\u3000]", name
    )
    if len(extra_name) != len(name):
        assert ask(text, extra_name) == ["@bank/platform"]


@pytest.mark.parametrize(
    "handle",
    ["bank/risk", "@bank/risk @evil", "@bank/risk\n* @evil", "@", "@bank/", "@-a/b", "# @a", "@bank/a/b", "@@owner"],
)
def test_github_takes_no_handle_that_it_does_not_know(handle):
    place = GitHubCodeownersEscaper()
    place.feed("* ")
    with pytest.raises(ValueRejectedError):
        place.escape(handle, is_encoded=False)


@pytest.mark.parametrize("handle", ["@bank/risk", "@alice", "@bank/risk.team_2", "alice@bank.example"])
def test_github_takes_users_teams_and_addresses(handle):
    place = GitHubCodeownersEscaper()
    place.feed("* ")
    assert place.escape(handle, is_encoded=False) == handle


@pytest.mark.parametrize("handle", ["@bank/a/b", "@@owner", "@@maintainers", "@alice", "alice@bank.example"])
def test_gitlab_takes_groups_within_groups_and_roles(handle):
    place = GitLabCodeownersEscaper()
    place.feed("* ")
    assert place.escape(handle, is_encoded=False) == handle


@pytest.mark.parametrize("handle", ["@@guest", "bank", "@a b", "@a/\n"])
def test_gitlab_takes_no_handle_that_it_does_not_know(handle):
    place = GitLabCodeownersEscaper()
    place.feed("* ")
    with pytest.raises(ValueRejectedError):
        place.escape(handle, is_encoded=False)


@pytest.mark.parametrize("value", ["a]\n* @evil", "a][2", "", "a\nb"])
def test_no_heading_of_a_section_says_more(value):
    place = GitLabCodeownersEscaper()
    place.feed("[")
    with pytest.raises(ValueRejectedError):
        place.escape(value, is_encoded=False)


@pytest.mark.parametrize("handle", ["@bank/risk evil", "bank", "@bank/risk\n* @evil", "@bank//risk", "@@@a", ""])
def test_the_language_takes_no_handle_that_is_none(handle, files, a_model, build_of):
    teams = [
        team("risk") | {"codeOwners": [handle]},
        team("lending"),
        team("platform"),
        team("operations"),
        team("validation"),
    ]
    made = build_of(project(a_model, {**files, "models/teams.yaml": teams}, **enable_forge("github")))
    assert made.wrong
    assert made.files == {}


def test_a_handle_that_the_forge_does_not_know_is_reported_at_the_teams_line(files, a_model, build_of):
    teams = [
        team("risk") | {"codeOwners": ["@bank/cards/risk"]},
        *(team(name) for name in ("lending", "platform", "operations")),
    ]
    teams.append(team("validation", approvalRoles=["risk"]))
    [(message, line)] = build_of(
        project(a_model, {**files, "models/teams.yaml": teams}, **enable_forge("github"))
    ).wrong
    assert "'@bank/cards/risk' is not a valid handle in GitHub" in message
    assert "@bank/cards/risk" in line
    assert build_of(project(a_model, {**files, "models/teams.yaml": teams}, **enable_forge("gitlab"))).wrong == []


def test_a_team_without_handles_is_reported_at_its_line_where_it_owns_something(files, a_model, build_of):
    teams = [team("risk", codeOwners=None), *(team(name) for name in ("lending", "platform", "operations", "idle"))]
    teams[0].pop("codeOwners")
    teams[-1].pop("codeOwners")
    teams.append(team("validation", approvalRoles=["risk"]))
    files = {**files, "models/teams.yaml": teams}
    made = build_of(project(a_model, files, **enable_forge("github")))
    [(code, message, line)] = made.reported_findings
    assert code == "MY424"
    assert re.fullmatch(r"risk owns models/cards/pair/ and \d+ more, but has no handle on the code forge", message)
    assert line == "name: risk"
    assert build_of(project(a_model, files)).reported_findings == [], (
        "no owner is required where no forge is configured"
    )


def test_a_project_without_an_owner_is_reported(files, a_model, build_of):
    whole = project(a_model, files, **enable_forge("gitlab"))
    whole["modelyard.yaml"] = whole["modelyard.yaml"].replace(b"owner: platform\n", b"")
    assert build_of(whole).reported_findings == [
        ("MY424", "files without a team of their own have no owner", "name: bank")
    ]


def test_an_owner_that_there_is_not_is_reported(files, a_model, build_of):
    whole = project(a_model, files)
    whole["modelyard.yaml"] = whole["modelyard.yaml"].replace(b"owner: platform\n", b"owner: platfrom\n")
    [(message, line)] = build_of(whole).wrong
    assert (message, line) == ("there is no Team `platfrom`", "owner: platfrom")


def test_it_is_off_until_the_project_says_otherwise(sample):
    assert GITHUB not in sample.files
    assert GITLAB not in sample.files
