"""A field that a model sets, and that its own target neither uses nor rejects, is reported at the field."""

import pytest
import yaml

from compiler.pipeline.session import Session
from compiler.pipeline.stages import check
from compiler.source.memory_tree import MemoryTree

DIGEST = "sha256:" + "0" * 64
PROJECT = """\
apiVersion: modelyard/v1
kind: Project
name: shop
environments: [prod]
"""
OTHERS = """\
apiVersion: modelyard/v1
kind: Team
name: pricing
---
apiVersion: modelyard/v1
kind: Environment
name: prod
stage: prod
namespace: models
"""
HEAD = {
    "apiVersion": "modelyard/v1", "kind": "Model", "owner": "pricing", "lifecycle": "production", "summary": "A.", "version": "1.0.0",
    "environments": {"prod": {}},
}  # fmt: skip
PRICE = {
    **HEAD, "name": "price", "type": "heuristic", "source": {"image": "registry.example/a:1", "digest": DIGEST},
    "deploy": {"target": "plain"},
}  # fmt: skip
SCORE = {**PRICE, "name": "score"}
EMITTER = {
    "id": "plain", "title": "Plain", "summary": "A file.", "supports": {"types": ["heuristic", "agent"]},
    "files": [{"path": "plain.yaml", "template": "plain.yaml.j2"}],
}  # fmt: skip
IMAGE_LINE = "image: {{ image }}\n"
NO_FRAGMENTS: dict[str, str] = {}


@pytest.fixture
def findings_of():
    """The dropped fields of a model, and the lines of templates where they are unknown."""

    def find(
        template: str, model: dict, *others: dict, fragments=NO_FRAGMENTS, defaults: str = "", **emitter
    ) -> list[str]:
        folder = "templates/targets/plain"
        model_lines = yaml.dump(model, Dumper=yaml.CSafeDumper, sort_keys=False)
        tree = {
            "modelyard.yaml": PROJECT,
            "models/a.json": "{}",
            "models/others.yaml": "---\n".join([OTHERS, *(yaml.dump(other) for other in others)]),
            "models/price.yaml": model_lines,
            f"{folder}/emitter.yaml": yaml.dump({**EMITTER, **emitter}),
            f"{folder}/plain.yaml.j2": IMAGE_LINE + template,
            **{f"{folder}/{name}": text for name, text in fragments.items()},
            **({"models/_defaults.yaml": defaults} if defaults else {}),
        }
        session = Session(MemoryTree(tree))
        texts = {path: text.splitlines() for path, text in tree.items()}
        findings = [finding for finding in check(session) if not (finding.subject and finding.subject.name == "score")]
        assert {finding.code.id for finding in findings} <= {"MY403", "MY404", "MY415", "MY416"}
        return [
            f"{finding.code.id} {finding.message.partition('`')[2].partition('`')[0] or finding.message} "
            f"at {texts[finding.location.path][finding.location.line - 1].strip()}"
            for finding in findings
        ]

    return find


def with_deploy(**deploy) -> dict:
    return {**PRICE, "deploy": {**PRICE["deploy"], **deploy}}


SETTINGS = with_deploy(
    suspended=True, resources={"cpu": 1, "gpu": 1}, secrets=[{"name": "a", "key": "x/y", "env": "A"}], scaling={"min": 1, "max": 2}
)  # fmt: skip


def test_fields_that_no_template_names_are_reported_where_they_are_set(findings_of):
    assert findings_of("", SETTINGS) == [
        "MY415 deploy.suspended at suspended: true",
        "MY415 deploy.resources at cpu: 1",
        "MY415 deploy.secrets at - name: a",
        "MY415 deploy.scaling at min: 1",
    ]


def test_of_a_map_that_is_used_in_part_only_the_unused_fields_are_reported(findings_of):
    template = "cpu: {{ model.deploy.resources.cpu }}\nmax: {{ model.deploy.scaling.max }}\n"
    template += "{% for secret in secrets %}{{ secret.env }}: {{ secret.property }}\n{% endfor %}\n"
    assert findings_of(template, SETTINGS) == [
        "MY415 deploy.suspended at suspended: true",
        "MY415 deploy.resources.gpu at gpu: 1",
        "MY415 deploy.scaling.min at min: 1",
    ]


USES = {
    "an alias": "{% set s = model.deploy.scaling | default({}) %}min: {{ s.min }}\n",
    "a chosen alias": "{% set s = model.deploy.scaling if model.deploy.scaling is defined else {} %}min: {{ s.min }}\n",
    "a subscript": "min: {{ model['deploy']['scaling']['min'] }}\n",
    "a condition on its value": "{% if model.deploy.scaling.min > 1 %}\na: b\n{% endif %}\n",
    "a test of its presence": "{% if model.deploy.scaling.min is defined %}\na: b\n{% endif %}\n",
    "a search of its name": "{% if 'min' in model.deploy.scaling %}\na: b\n{% endif %}\n",
    "an argument of a macro": "{% macro m(s, t) %}{{ t.min }}{% endmacro %}min: {{ m(1, model.deploy.scaling) }}\n",
    "a keyword of a macro": "{% macro m(s=none) %}{{ s.min }}{% endmacro %}min: {{ m(s=model.deploy.scaling) }}\n",
    "a default of a macro": "{% macro m(s=model.deploy.scaling) %}{{ s.min }}{% endmacro %}min: {{ m() }}\n",
    "an included fragment": "{% set s = model.deploy.scaling %}{% include 'part.j2' %}\n",
    "an imported macro": "{% import 'macros.j2' as own %}min: {{ own.minimum(model.deploy.scaling) }}\n",
    "a macro that is imported by name": "{% from 'macros.j2' import minimum as m %}min: {{ m(model.deploy.scaling) }}\n",
    "a loop over maps": "{% for s in [model.deploy.scaling] %}min: {{ s.min }}\n{% endfor %}\n",
    "a local name": "{% with s = model.deploy.scaling %}min: {{ s.min }}{% endwith %}\n",
    "a filter": "min: {{ model.deploy.scaling.min | default(1) | json }}\n",
    "a computed key": "{% for key in ['min'] %}min: {{ model.deploy.scaling[key] }}\n{% endfor %}\n",
}
FRAGMENTS = {"part.j2": "min: {{ s.min }}\n", "macros.j2": "{% macro minimum(s) %}{{ s.min }}{% endmacro %}\n"}


@pytest.mark.parametrize("use", USES)
def test_a_field_that_a_template_reaches_is_not_reported(use, findings_of):
    findings = findings_of(USES[use], with_deploy(scaling={"min": 2, "max": 2}), fragments=FRAGMENTS)
    assert not [finding for finding in findings if "MY415 deploy.scaling.min " in f"{finding} "]
    assert any(finding.startswith(("MY415 deploy.scaling.max", "MY416")) for finding in findings)


def test_elements_of_lists_are_followed_through_filters(findings_of):
    callers = [{"name": "a", "namespace": "a", "podSelector": {"matchLabels": {"app": "a"}}, "serviceAccount": "a"}]
    model = with_deploy(callers=callers)
    every = "{% for one in model.deploy.callers | default([]) | sort(attribute='namespace') %}\n"
    every += "- {{ one.podSelector.matchLabels }}\n{% endfor %}\n"
    assert findings_of(every, model) == ["MY415 deploy.callers[0].serviceAccount at serviceAccount: a"]
    accounts = "accounts: {{ model.deploy.callers | map(attribute='serviceAccount') | list }}\n"
    assert findings_of(accounts, model) == [
        "MY415 deploy.callers[0].namespace at namespace: a",
        "MY415 deploy.callers[0].podSelector at matchLabels:",
    ]


def test_a_map_that_is_passed_on_whole_is_reported_once(findings_of):
    template = "deploy: {{ model.deploy | json }}\nagain: {{ model.deploy.scaling }}\n"
    assert findings_of(template, SETTINGS) == ["MY416 deploy at deploy: {{ model.deploy | json }}"]
    items = "{% for key, value in model.deploy.scaling | items %}\n{{ key }}: {{ value }}\n{% endfor %}\n"
    assert findings_of(items, with_deploy(scaling={"min": 1, "max": 2})) == [
        "MY416 deploy.scaling at {% for key, value in model.deploy.scaling | items %}"
    ]


def test_the_settings_of_a_release_are_used_only_if_a_variable_passes_them_on(findings_of):
    parameter = {"name": "a", "value": 1, "rationale": "Why."}
    source = {**PRICE["source"], "parameters": [parameter], "timeLimit": "1s"}
    variables = "{% for one in variables %}\n{{ one.name }}: {{ one.value }}\n{% endfor %}\n"
    assert findings_of(variables, {**PRICE, "source": source}) == [
        "MY415 source.parameters at - name: a",
        "MY415 source.timeLimit at timeLimit: 1s",
    ]
    assert findings_of(variables, {**PRICE, "source": {**source, "settingsEnv": "S"}}) == []


def test_parameters_of_an_engine_are_in_its_files(findings_of):
    parameter = {"name": "a", "value": 1, "rationale": "Why."}
    model = {**PRICE, "source": {"engine": "gorules", "files": ["a.json"], "parameters": [parameter]}}
    files = (
        "{% for file in files %}\n{{ file.name }}: {{ file.text }}\n{% endfor %}\nengine: {{ release.source.engine }}\n"
    )
    assert findings_of(files, model) == []


def test_a_dependency_is_used_through_its_address(findings_of):
    model = {**PRICE, "uses": [{"model": "score", "env": "SCORE_URL"}]}
    exports = {"endpoint": {"url": "http://{{ name }}.models.svc"}}
    assert findings_of("", model, SCORE, exports=exports) == ["MY415 uses at - model: score"]
    egress = "{% for one in egress %}\n- {{ one.host }}\n{% endfor %}\n"
    assert findings_of(egress, model, SCORE, exports=exports) == ["MY415 uses[0].env at env: SCORE_URL"]
    variables = "{% for one in variables %}\n{{ one.name }}: {{ one.value }}\n{% endfor %}\n"
    assert findings_of(variables, model, SCORE, exports=exports) == []


def test_a_rejected_field_has_one_finding(findings_of):
    rule = {"when": "has(deploy.suspended)", "message": "it always runs"}
    findings = findings_of("", with_deploy(suspended=True), unsupported=[rule])
    assert [finding.partition(" ")[0] for finding in findings] == ["MY403"]


def test_a_value_that_a_condition_compares_is_not_dropped(findings_of):
    rule = {"when": "has(deploy.suspended) && deploy.suspended", "message": "it always runs"}
    assert findings_of("", with_deploy(suspended=False), unsupported=[rule]) == []
    rule = {"when": 'model.type == "agent" && has(deploy.suspended)', "message": "it always runs"}
    assert findings_of("", with_deploy(suspended=False), unsupported=[rule]) == [
        "MY415 deploy.suspended at suspended: false"
    ]


def test_files_that_never_apply_to_a_model_use_nothing_of_it(findings_of):
    other = {"path": "other.yaml", "template": "other.yaml.j2"}
    fragments = {"other.yaml.j2": "min: {{ model.deploy.scaling.min }}\nmax: {{ model.deploy.scaling.max }}\n"}
    model = with_deploy(scaling={"min": 1, "max": 2})

    def findings(when: str) -> list[str]:
        return findings_of("", model, fragments=fragments, files=[*EMITTER["files"], {**other, "when": when}])

    assert findings('model.type == "agent"') == ["MY415 deploy.scaling at min: 1"]
    assert findings('model.type == "heuristic"') == []
    assert findings("!has(deploy.suspended)") == []


def test_what_the_defaults_of_a_type_set_is_not_dropped_and_a_shared_layer_is_reported_there(findings_of):
    assert findings_of("", PRICE) == []
    defaults = "apiVersion: modelyard/v1\nkind: Defaults\ndeploy:\n  disruptionBudget: 1\n"
    assert findings_of("", PRICE, defaults=defaults) == ["MY415 deploy.disruptionBudget at disruptionBudget: 1"]


def test_what_records_checks_and_callers_read_is_not_the_targets(findings_of):
    fallback = {"fallback": {"behaviour": "refuse"}, "entrypoint": "a"}
    assert findings_of("", {**PRICE, "source": {**PRICE["source"], **fallback}}) == []


def test_a_template_that_calls_itself_ends_and_one_that_is_too_complex_is_unknown(findings_of):
    model = with_deploy(scaling={"min": 1, "max": 2})
    itself = "{% macro m(s) %}{{ s.min }}{% if false %}{{ m(s) }}{% endif %}{% endmacro %}"
    itself += "min: {{ m(model.deploy.scaling) }}\n"
    assert findings_of(itself, model) == ["MY415 deploy.scaling.max at max: 2"]
    deeper = "{% macro m(s) %}{% if s is defined %}{{ m(s.next) }}{% endif %}{% endmacro %}min: {{ m(model.deploy) }}\n"
    [finding] = findings_of(deeper, model)
    assert finding.startswith("MY416")


def test_an_option_that_nothing_reads_is_reported(findings_of):
    options = {"additionalProperties": False, "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}
    model = with_deploy(options={"a": "x", "b": "y"})
    assert findings_of("a: {{ options.a }}\n", model, options=options) == ["MY415 deploy.options.b at b: y"]
