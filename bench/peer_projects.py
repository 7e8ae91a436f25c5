"""Projects for the peers, of the same numbers: an inventory for Kapitan, models for dbt."""

from collections.abc import Iterator
from pathlib import Path

TEAMS, STAGES, TIERS = 10, ("dev", "staging", "prod"), 4
MODELS_PER_PROPERTIES_FILE = 10

COMMON_CLASS = """\
parameters:
  target_name: ${_reclass_:name:short}
  namespace: models-${team}
  image: registry.bank.example/${team}/${model}:${version}
  sla: {availability: "99.9", latency_p99_ms: 250}
  resources: {cpu: "1", memory: 2Gi}
  labels: {app: "${model}", team: "${team}", environment: "${environment}", tier: "${tier}"}
  kapitan:
    vars: {target: "${_reclass_:name:short}"}
    compile:
      - {output_path: manifests, input_type: kadet, output_type: yml, input_paths: [components/service]}
      - {output_path: ci, input_type: jinja2, input_paths: [templates/ci.yml]}
"""

COMPONENT = """\
from kapitan.inputs.kadet import BaseObj, inventory


def main(input_params=None):
    values = inventory().parameters
    output = BaseObj()
    metadata = {"name": values.model, "namespace": values.namespace, "labels": dict(values.labels)}
    container = {
        "name": "model",
        "image": values.image,
        "resources": {"requests": dict(values.resources)},
        "env": [{"name": "URL", "value": values.url}],
    }
    output.root.service = {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": metadata,
        "spec": {"predictor": {"minReplicas": values.replicas, "containers": [container]}},
    }
    output.root.facts = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata,
        "data": {"sla": str(values.sla.availability), "owner": values.owner},
    }
    return output
"""

CI_TEMPLATE = """\
deploy-{{ inventory.parameters.model }}:
  script: [deploy {{ inventory.parameters.image }}]
"""

DBT_PROJECT = """\
name: bench
version: "1.0"
config-version: 2
profile: bench
model-paths: [models]
flags: {send_anonymous_usage_stats: false}
"""

DBT_PROFILES = """\
bench:
  target: dev
  outputs:
    dev: {type: duckdb, path: ":memory:", threads: 2}
"""

DBT_PROPERTIES = """\
  - name: m{number}
    description: model {number}
    config: {{meta: {{owner: team-{team}, tier: {tier}}}}}
    columns:
      - {{name: id, description: the key, data_tests: [not_null]}}
"""


def write_kapitan_inventory(count: int, folder: Path) -> None:
    """An inventory of so many targets: each has four classes, one component of two objects, and one template."""
    _write(folder, _kapitan_files(count))


def write_dbt_project(count: int, folder: Path) -> None:
    """A project of so many models, each with a test, and a file of properties for ten models."""
    _write(folder, _dbt_files(count))


def _kapitan_files(count: int) -> Iterator[tuple[str, str]]:
    yield "inventory/classes/common.yml", COMMON_CLASS
    for team in range(TEAMS):
        yield (
            f"inventory/classes/team/t{team}.yml",
            f"parameters: {{team: t{team}, owner: team-{team}@bank.example}}\n",
        )
    for replicas, stage in enumerate(STAGES, 1):
        url = f"https://{stage}.bank.example/${{model}}"
        text = f'parameters: {{environment: {stage}, replicas: {replicas}, url: "{url}"}}\n'
        yield f"inventory/classes/stage/{stage}.yml", text
    for tier in range(TIERS):
        text = f'parameters: {{tier: k{tier}, resources: {{cpu: "{tier + 1}"}}, policies: [pii, bias, drift]}}\n'
        yield f"inventory/classes/tier/k{tier}.yml", text
    for number in range(count):
        stage = STAGES[number % len(STAGES)]
        classes = f"[common, team.t{number % TEAMS}, stage.{stage}, tier.k{number % TIERS}]"
        parameters = f"{{model: model-{number:05}, version: 1.{number}.0}}"
        yield f"inventory/targets/m{number:05}.yml", f"classes: {classes}\nparameters: {parameters}\n"
    yield "components/service/__init__.py", COMPONENT
    yield "templates/ci.yml", CI_TEMPLATE


def _dbt_files(count: int) -> Iterator[tuple[str, str]]:
    yield "dbt_project.yml", DBT_PROJECT
    yield "profiles.yml", DBT_PROFILES
    for first in range(0, count, MODELS_PER_PROPERTIES_FILE):
        numbers = range(first, min(count, first + MODELS_PER_PROPERTIES_FILE))
        properties = (
            DBT_PROPERTIES.format(number=number, team=number % TEAMS, tier=number % TIERS) for number in numbers
        )
        yield f"models/all/properties-{first}.yml", "version: 2\nmodels:\n" + "".join(properties)
        for number in numbers:
            source = f"m{number - 1 if number % 7 else 0}"  # chains of seven
            text = f"select * from {{{{ ref('{source}') }}}}" if number else "select 1 as id"
            yield f"models/all/m{number}.sql", f"{text}\n"


def _write(folder: Path, files: Iterator[tuple[str, str]]) -> None:
    for path, text in files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
