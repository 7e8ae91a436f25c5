"""Every policy that is shipped, or shown as an example, does what its examples say, for controls that there are."""

from dataclasses import replace

import pytest

from compiler.foundation import resources
from compiler.pipeline.session import Session
from compiler.policy.policy_definition import Policy
from compiler.policy.policy_examples import run_examples
from compiler.policy.policy_inputs import cel_environments
from compiler.policy.rule_evaluator import RuleEvaluator
from compiler.source.memory_tree import MemoryTree
from compiler.source.worktree import WorkTree
from compiler.source.yaml_parse import parse
from compiler.spec.portfolio import TypedSpec, document_identity
from compiler.spec.spec_header import SpecHeader

pytestmark = pytest.mark.wheel

SCHEMAS = resources.shipped_folder("schemas")
EMPTY = Session(
    MemoryTree(
        {
            "modelyard.yaml": b"apiVersion: modelyard/v1\nkind: Project\nname: x\nenvironments: [dev]\n",
            "models/a.yaml": b"apiVersion: modelyard/v1\nkind: Environment\nname: dev\nstage: dev\nnamespace: x\n",
        }
    )
)
LIBRARY = EMPTY.policy_engine.library
POLICIES = {policy.id: policy for policy in LIBRARY.all_policies()}


def example_policies() -> dict[str, Policy]:
    parsed = parse((SCHEMAS / "examples" / "policy.yaml").read_bytes(), "policy.yaml")
    assert parsed.findings == ()
    return {
        identity[1]: Policy(TypedSpec(*identity, document, SpecHeader(*identity)))
        for document in parsed.documents
        for identity in [document_identity(document)]
    }


EXAMPLES = example_policies()


@pytest.mark.parametrize("policy", [*POLICIES.values(), *EXAMPLES.values()], ids=[*POLICIES, *EXAMPLES])
def test_its_examples_come_out_and_break_every_rule(policy) -> None:
    outcome, findings = EMPTY.policy_engine.check_examples(policy)
    assert [f"{item.location.line}: {item.message}" for item in findings] == []
    assert outcome is not None
    assert outcome.untested_rules == ()
    assert {tried.kind for tried in outcome.example_results} == {"good", "bad"}


@pytest.mark.parametrize("policy", POLICIES.values(), ids=list(POLICIES))
def test_it_keeps_the_published_schema(policy) -> None:
    assert EMPTY.language.kind_validator("Policy").violations(policy.data) == ()


@pytest.mark.parametrize("policy", POLICIES.values(), ids=list(POLICIES))
def test_each_rule_says_where_a_bad_example_breaks_it(policy) -> None:
    bad = policy.data["examples"]["bad"]
    assert all("path" in one for one in bad), "set `path`, so that a finding at another place is a mistake"


@pytest.mark.parametrize("name", LIBRARY.pack_names)
def test_a_pack_says_what_it_is(name) -> None:
    pack = LIBRARY.pack(name)
    assert {"title", "version", "summary"} <= pack.metadata.keys()
    assert len({policy.spec.name for policy in pack.policies}) == len(pack.policies) > 0


@pytest.mark.parametrize("policy", POLICIES.values(), ids=list(POLICIES))
def test_a_rule_that_holds_of_everything_is_noticed(policy) -> None:
    for index in range(len(policy.rules)):
        data = {
            **policy.data,
            "rules": [
                {**rule, **({"expression": "true"} if at == index else {})} for at, rule in enumerate(policy.rules)
            ],
        }
        blunt = Policy(replace(policy.spec, document=policy.spec.document.with_data(data)), policy.pack)
        assert run_examples(blunt, RuleEvaluator(cel_environments(EMPTY.language)), EMPTY.language).findings


def test_catalogues_say_where_their_controls_stand() -> None:
    controls = EMPTY.policy_engine.controls
    assert controls.frameworks() == tuple(sorted(path.stem for path in (SCHEMAS / "controls").glob("*.yaml")))
    for framework in controls.frameworks():
        catalogue = controls.catalogue(framework)
        assert catalogue["framework"] == framework
        assert {"title", "source", "controls"} <= catalogue.keys()
        assert all(isinstance(title, str) and title for title in catalogue["controls"].values())


def test_the_shipped_tree_is_what_a_run_reads() -> None:
    assert WorkTree(SCHEMAS).has("policies/baseline/pack.yaml")
