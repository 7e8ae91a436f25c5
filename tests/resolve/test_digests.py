"""What runs and who answers for it have a digest each, and neither follows an edit of the other."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.pipeline.session import Session
from compiler.resolve.digests import digest
from compiler.resolve.resolved_model import ResolvedModel
from compiler.source.memory_tree import MemoryTree
from compiler.source.worktree import WorkTree

ROOT = Path(__file__).resolve().parents[2]
FRAUD = "models/payments/card-fraud.yaml"
POLICY = "models/lending/credit-policy"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def resolve_edited(edits: dict[str, tuple[str, str]], model: str = "card-fraud") -> ResolvedModel:
    """The model in prod, after a replacement in each of some files of the sample."""
    tree = WorkTree(ROOT)
    files = {path: tree.read(path) for path in ["modelyard.yaml", *tree.paths("models")]}
    for path, (old, new) in edits.items():
        assert old.encode() in files[path]
        files[path] = files[path].replace(old.encode(), new.encode())
    run = Session(MemoryTree(files))
    found, findings = run.fleet.resolve(model, "prod")
    assert found is not None, findings
    return found


@pytest.fixture(scope="module")
def original() -> ResolvedModel:
    return resolve_edited({})


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("models/payments/_defaults.yaml", "owner: payments-risk", "owner: data-platform"),
        ("models/payments/_defaults.yaml", "lifecycle: production", "lifecycle: deprecated"),
        (FRAUD, "summary: Scores", "summary: Rates"),
        (FRAUD, "labels: {portfolio: cards}", "labels: {portfolio: other}"),
        (FRAUD, "availability: 99.5%", "availability: 99.6%"),
        (FRAUD, "tier: high", "tier: critical"),
        (FRAUD, "threshold: 0.2", "threshold: 0.3"),
        (FRAUD, "value: 0.93}", "value: 0.94}"),
        (FRAUD, "evaluation: [card-transactions-2026q1]", "evaluation: [card-transactions-2025]"),
    ],
)
def test_an_edit_of_governance_changes_nothing_that_runs(
    original: ResolvedModel, path: str, old: str, new: str
) -> None:
    after = resolve_edited({path: (old, new)})
    assert after.runtime_digest == original.runtime_digest
    assert after.governance_digest != original.governance_digest


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (FRAUD, "memory: 2Gi", "memory: 3Gi"),
        (FRAUD, "value: info", "value: debug"),
        (FRAUD, "max: 12", "max: 13"),
        (FRAUD, "release: ^2,", "release: ^2.0,"),
        (FRAUD, "protocol: v2", "protocol: v1"),
        ("models/payments/_defaults.yaml", "max: 6", "max: 7"),
        (FRAUD, "2f1b48f0", "2f1b48f1"),
    ],
)
def test_an_edit_of_what_runs_changes_nothing_of_its_governance(
    original: ResolvedModel, path: str, old: str, new: str
) -> None:
    after = resolve_edited({path: (old, new)})
    # The defaults set another maximum of replicas for prod, where the model sets its own.
    assert (after.runtime_digest == original.runtime_digest) == (new == "max: 7")
    assert after.governance_digest == original.governance_digest


@pytest.mark.parametrize(
    ("old", "new"),
    [('cpu: "2"', "cpu: 2000m"), ("memory: 2Gi", "memory: 2048Mi"), ("p99: 250ms", "p99: 0.25s"),
        ("99.5%", "99.50 %"), ("interval: 180d", "interval: 4320h")],
)  # fmt: skip
def test_another_spelling_of_a_quantity_is_no_change(original: ResolvedModel, old: str, new: str) -> None:
    after = resolve_edited({FRAUD: (old, new)})
    assert (after.runtime_digest, after.governance_digest) == (original.runtime_digest, original.governance_digest)


def test_a_file_beside_the_spec_runs() -> None:
    base_model, edited_model = (
        resolve_edited({}, "credit-policy"),
        resolve_edited({f"{POLICY}/policy.rego": ("package", "# edited\npackage")}, "credit-policy"),
    )
    assert edited_model.runtime_digest != base_model.runtime_digest
    assert edited_model.governance_digest == base_model.governance_digest


@given(json_values)
def test_the_order_of_keys_never_matters(value: object) -> None:
    def reverse_keys(node: object) -> object:
        if isinstance(node, dict):
            return {key: reverse_keys(node[key]) for key in reversed(node)}
        return [reverse_keys(item) for item in node] if isinstance(node, list) else node

    assert digest(reverse_keys(value)) == digest(value)


@given(json_values, json_values)
def test_different_data_has_different_digests(one: object, other: object) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (digest(one) == digest(other)) == same
