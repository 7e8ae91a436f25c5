"""`check --fix` leaves no finding that was not there before, whatever single mistake the project has."""

import re
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from compiler.diagnostics.finding import Finding
from compiler.edit.finding_fixes import plan_fixes
from compiler.foundation.json_data import Json, Pointer
from compiler.pipeline.session import Session
from compiler.pipeline.stages import check
from compiler.source.document import Document
from compiler.source.memory_tree import MemoryTree
from compiler.source.yaml_parse import parse

HEADER = "apiVersion: modelyard/v1\nkind: "
SPEC = "models/churn.yaml"
DIGEST = "0123456789abcdef" * 4
FILES = {
    "modelyard.yaml": f"{HEADER}Project\nname: shop\nenvironments: [dev, prod]\n",
    "models/teams.yaml": f"{HEADER}Team\nname: risk\ncontacts: {{email: risk@example.com}}\napprovalRoles: [model-risk]\n",
    "models/dev.yaml": f"{HEADER}Environment\nname: dev\nstage: dev\nnamespace: dev\n"
    'capabilities: {kubernetes: {version: "1.34"}, kserve: {version: "0.17", mode: Standard}}\n',
    "models/prod.yaml": f"{HEADER}Environment\nname: prod\nstage: prod\nnamespace: prod\n"
    'capabilities: {kubernetes: {version: "1.34"}, kserve: {version: "0.17", mode: Standard}}\n',
    SPEC: f"""\
{HEADER}Model
name: churn
type: ml
owner: risk
lifecycle: production
summary: Scores customers.
labels: {{team-size: small}}
releases:
  1.2.0:
    date: 2026-10-01
    source:
      format: sklearn
      uri: s3://models/churn/1.2.0/
      digest: sha256:{DIGEST}
interface: {{protocol: v2, inputs: [{{name: tenure, datatype: FP32, shape: [-1]}}]}}
sla: {{availability: 99.5%, latency: {{p99: 250ms}}}}
slo: {{window: 30d}}
deploy:
  target: kserve
  suspended: false
  resources: {{cpu: 500m, memory: 512Mi}}
  scaling: {{min: 1, max: 3}}
  env: [{{name: LOG_LEVEL, value: info}}]
  egress: [https://api.example.com]
governance:
  intendedUse: Retention offers.
  limitations: [Retail customers only.]
  risk: {{tier: medium, rationale: Offers are small.}}
  review: {{interval: 180d, last: 2026-10-01}}
environments:
  dev: {{release: 1.2.0}}
  prod: {{release: 1.2.0, deploy: {{scaling: {{min: 2, max: 4}}}}}}
""",
}

VALUE_MISTAKES: dict[str, Callable[[str], str]] = {
    "quoted": lambda text: f'"{text}"',
    "typographic quotes": lambda text: f"“{text}”",
    "space before the unit": lambda text: re.sub(r"(?<=[0-9])(?=[A-Za-z%])", " ", text),
    "no unit": lambda text: re.sub(r"(?<=[0-9])[A-Za-z%]+$", "", text),
    "long unit": lambda text: text.replace("Mi", "MiB").replace("ms", " milliseconds").replace("30d", "30 days"),
    "upper case": str.upper,
    "capital": str.capitalize,
    "underscore": lambda text: text.replace("-", "_"),
    "in a list": lambda text: f"[{text}]",
    "in a map": lambda text: f"{{value: {text}}}",
    "yes and no": lambda text: {"true": "yes", "false": "no"}.get(text, text),
    "number in words": lambda text: {"1": "one", "2": "two", "3": "three"}.get(text, text),
    "decimal comma": lambda text: text.replace(".", ","),
    "two numbers": lambda text: re.sub(r"^([0-9]+\.[0-9]+)\.[0-9]+$", r"\1", text),
    "slashes": lambda text: re.sub(r"^([0-9]{4})-([0-9]{2})-([0-9]{2})$", r"\1/\2/\3", text),
    "no prefix": lambda text: text.removeprefix("sha256:"),
    "fraction": lambda text: "0.995" if text == "99.5%" else text,
    "misspelled": lambda text: text[:-2] + text[-1] if len(text) > 3 else text,
    "empty": lambda _: '""',
    "nothing": lambda _: "null",
}
KEY_MISTAKES: dict[str, Callable[[str], str]] = {
    "capital": str.capitalize,
    "upper case": str.upper,
    "snake case": lambda key: re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower(),
    "hyphens": lambda key: re.sub(r"(?<=[a-z])(?=[A-Z])", "-", key).lower(),
    "plural": lambda key: f"{key}s",
    "letter left out": lambda key: key[:2] + key[3:],
    "letters swapped": lambda key: key[:-2] + key[-1] + key[-2] if len(key) > 3 else key,
}


def leaf_pointers(data: Json, pointer: Pointer = ()) -> Iterator[Pointer]:
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else None
    if children is None:
        yield pointer
        return
    for part, child in children:
        yield from leaf_pointers(child, (*pointer, part))


def key_pointers(data: Json, pointer: Pointer = ()) -> Iterator[Pointer]:
    for part, child in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        if isinstance(part, str):
            yield (*pointer, part)
        yield from key_pointers(child, (*pointer, part))


DOCUMENT: Document = parse(FILES[SPEC], SPEC).documents[0]
VALUES, KEYS = tuple(leaf_pointers(DOCUMENT.data)), tuple(key_pointers(DOCUMENT.data))


def splice(start_line: int, start: int, end: int, text: str) -> str:
    lines = FILES[SPEC].split("\n")
    line = lines[start_line - 1]
    lines[start_line - 1] = line[: start - 1] + text + line[end - 1 :]
    return "\n".join(lines)


def with_value_mistake(pointer: Pointer, mistake: str) -> str:
    location = DOCUMENT.location(pointer)
    written = DOCUMENT.text_of(pointer)
    return splice(location.line, location.column, location.end_column, VALUE_MISTAKES[mistake](written))


def with_key_mistake(pointer: Pointer, mistake: str) -> str:
    location = DOCUMENT.key_location(pointer)
    return splice(
        location.line, location.column, location.end_column, KEY_MISTAKES[mistake](DOCUMENT.key_text(pointer))
    )


def tree_of(spec: str) -> MemoryTree:
    return MemoryTree({path: text.encode() for path, text in {**FILES, SPEC: spec}.items()})


def findings_of(tree: MemoryTree) -> tuple[Finding, ...]:
    return check(Session(tree))


def check_and_fix(spec: str) -> tuple[tuple[Finding, ...], str, tuple[Finding, ...]]:
    """The findings of a spec, the spec with its safe fixes, and the findings of that."""
    tree = tree_of(spec)
    findings = findings_of(tree)
    files = plan_fixes(findings, tree, unsafe=False)
    if not files:
        return findings, spec, findings
    [file] = files
    fixed = file.new_content.decode()
    return findings, fixed, findings_of(tree_of(fixed))


def assert_nothing_new(spec: str) -> None:
    before, fixed, after = check_and_fix(spec)
    known = {finding.fingerprint for finding in before}
    new = [finding for finding in after if finding.fingerprint not in known]
    note(f"{spec}\n--- fixed to ---\n{fixed}")
    assert not new, [f"{finding.code.id} {finding.message}" for finding in new]
    if fixed != spec:
        assert len(after) < len(before), "a fix that changes the file without an effect"


def test_the_project_is_valid() -> None:
    assert findings_of(tree_of(FILES[SPEC])) == ()


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(VALUES), st.sampled_from(sorted(VALUE_MISTAKES)))
def test_a_mistake_in_a_value_is_fixed_without_a_new_finding(pointer, mistake) -> None:
    assert_nothing_new(with_value_mistake(pointer, mistake))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(KEYS), st.sampled_from(sorted(KEY_MISTAKES)))
def test_a_mistake_in_a_key_is_fixed_without_a_new_finding(pointer, mistake) -> None:
    assert_nothing_new(with_key_mistake(pointer, mistake))


@pytest.mark.parametrize(
    ("pointer", "mistake"),
    [
        (("sla", "availability"), "no unit"),
        (("sla", "availability"), "fraction"),
        (("sla", "latency", "p99"), "long unit"),
        (("deploy", "resources", "memory"), "long unit"),
        (("deploy", "resources", "cpu"), "space before the unit"),
        (("deploy", "scaling", "min"), "quoted"),
        (("deploy", "scaling", "max"), "number in words"),
        (("deploy", "suspended"), "yes and no"),
        (("lifecycle",), "capital"),
        (("releases", "1.2.0", "date"), "slashes"),
        (("releases", "1.2.0", "source", "digest"), "no prefix"),
    ],
)
def test_what_has_one_reading_is_fixed_to_what_was_meant(pointer, mistake) -> None:
    spec = with_value_mistake(pointer, mistake)
    before, fixed, after = check_and_fix(spec)
    assert before
    assert after == ()
    assert parse(fixed, SPEC).documents[0].data == DOCUMENT.data


@pytest.mark.parametrize(
    ("pointer", "mistake"),
    [(("deploy", "resources"), "capital"), (("governance", "intendedUse"), "snake case"), (("sla",), "upper case")],
)
def test_a_key_in_another_spelling_is_fixed_to_the_key(pointer, mistake) -> None:
    before, fixed, after = check_and_fix(with_key_mistake(pointer, mistake))
    assert before
    assert (after, fixed) == ((), FILES[SPEC])
