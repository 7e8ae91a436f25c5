"""An emitter in a project's own `templates/`, written from the guide alone, works like a shipped one."""

import json
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Code, Finding
from compiler.pipeline import explanation
from compiler.pipeline.session import Session
from compiler.pipeline.stages import BuildResult, build, check
from compiler.source.memory_tree import MemoryTree

PROJECT = Path(__file__).parent / "foreign-emitter"
SPEC = "models/price-forecast.yaml"
EMITTER = "templates/targets/compose/emitter.yaml"
TEMPLATE = "templates/targets/compose/compose.yaml.j2"
ARTIFACT = "laptop/price-forecast/compose.yaml"


def project(**edits: tuple[str, str]) -> Session:
    """The project, in which the first text of each edit is replaced by the second, in the file of that name."""
    files = {path.relative_to(PROJECT).as_posix(): path.read_bytes() for path in PROJECT.rglob("*") if path.is_file()}
    for name, (old, new) in edits.items():
        path = {"spec": SPEC, "emitter": EMITTER, "template": TEMPLATE, "shop": "models/shop.yaml"}[name]
        assert old.encode() in files[path]
        files[path] = files[path].replace(old.encode(), new.encode())
    return Session(MemoryTree(files))


def rendered_files(built: BuildResult) -> dict[str, str]:
    return {file.path: file.content.decode() for unit in built.units for file in unit.files}


def the_only(findings: tuple[Finding, ...]) -> Finding:
    assert len(findings) == 1, findings
    return findings[0]


def finding_summary(finding: Finding) -> tuple[Code, str, int]:
    assert finding.location
    return finding.code, finding.location.path, finding.location.line


def line_of(text: str, path: str = SPEC) -> int:
    lines = (PROJECT / path).read_text(encoding="utf-8").splitlines()
    return 1 + next(number for number, line in enumerate(lines) if text in line)


def test_it_renders_and_passes_its_own_schema() -> None:
    run = project()
    assert check(run) == ()
    built = build(run)
    assert built.findings == ()
    assert list(rendered_files(built)) == [ARTIFACT]
    service = yaml.safe_load(rendered_files(built)[ARTIFACT])["services"]["price-forecast"]
    assert service["ports"] == ["127.0.0.1:18000:8000"]
    assert service["environment"]["PRICE_INDEX_URL"] == "http://prices.shop.example:8080"


def test_what_it_renders_passes_the_official_schema(external_schemas: Path) -> None:
    official = json.loads((external_schemas / "check-jsonschema" / "compose-spec.json").read_bytes())
    jsonschema_rs.validate(official, yaml.safe_load(rendered_files(build(project()))[ARTIFACT]))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("memory: 1Gi", "memory: 1Ti", codes.OUTPUT_INVALID),
        ("publish: 18000", "publish: 80", codes.BAD_OPTION),
        ("publish: 18000", "publsh: 18000", codes.BAD_OPTION),
        ("cpu: 2", "cpu: 1500m", codes.UNSUPPORTED_FEATURE),
        ("value: info", 'value: "$HOME"', codes.UNSUPPORTED_FEATURE),
        ("target: compose", "target: compos", codes.UNKNOWN_TARGET),
    ],
)
def test_a_spec_that_cannot_work_is_refused_at_its_line(old: str, new: str, code: Code) -> None:
    run = project(spec=(old, new))
    found = [finding for finding in build(run).findings if finding.is_blocking]
    assert (code, SPEC, line_of(old)) in map(finding_summary, found)


def test_output_that_fails_its_schema_names_the_template_too() -> None:
    found = the_only(build(project(spec=("memory: 1Gi", "memory: 1Ti"))).findings)
    assert "services.price-forecast.mem_limit" in found.message
    assert [note.location.path for note in found.notes if note.location] == [TEMPLATE]


def test_an_unmet_requirement_is_reported_with_its_remedy() -> None:
    found = the_only(check(project(shop=('capabilities: {compose: {version: "2.30"}}', ""))))
    assert found.code is codes.REQUIREMENT_NOT_MET
    assert found.help == 'add `compose: {version: "2.30"}` under `capabilities` of the Environment'


def test_its_capabilities_join_the_catalogue() -> None:
    found = check(project(shop=('version: "2.30"', 'versoin: "2.30"')))
    assert codes.BAD_CAPABILITY in {finding.code for finding in found}


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        ({"emitter": ("has(deploy.secrets)", "has(deploy.secretz)")}, line_of("has(deploy.secrets)", EMITTER)),
        ({"emitter": ("template: compose.yaml.j2", "template: compos.yaml.j2")}, line_of("template: ", EMITTER)),
    ],
)
def test_a_mistake_in_its_description_is_found_by_a_check(edit: dict[str, tuple[str, str]], line: int) -> None:
    assert (codes.BAD_EMITTER, EMITTER, line) in map(finding_summary, check(project(**edit)))


def test_a_mistake_in_its_template_is_found_at_its_line() -> None:
    found = the_only(build(project(template=("runtime.args", "runtme.args"))).findings)
    assert finding_summary(found) == (codes.TEMPLATE_ERROR, TEMPLATE, line_of("runtime.args", TEMPLATE))


def test_a_value_that_is_no_plain_word_is_refused_inside_larger_text() -> None:
    glued = ("{{ release.source.uri }}", '"{{ release.source.uri }}config"')
    found = the_only(build(project(template=glued, spec=("0.2.0/\n", "0.2.0/?v=\n"))).findings)
    assert finding_summary(found) == (codes.TEMPLATE_ERROR, SPEC, line_of("uri:"))


def test_a_line_of_what_it_renders_is_explained() -> None:
    run = project()
    lines = rendered_files(build(run))[ARTIFACT].splitlines()
    number = 1 + lines.index("    mem_limit: 1Gi")
    (explained,) = explanation.explain_artifact(run, f"build/{ARTIFACT}", str(number))
    assert explained.pointer == ("services", "price-forecast", "mem_limit")
    assert explained.template.path == TEMPLATE
    (layer_value,) = (layer for made in explained.sources if "memory" in made.name for layer in made.layers)
    assert layer_value.location
    assert (layer_value.role, layer_value.location.path, layer_value.location.line) == ("set", SPEC, line_of("memory"))
