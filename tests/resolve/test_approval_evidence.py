"""A claim is not evidence: only signatures and reviews are, by people whom the base of the change names."""

# ruff: noqa: E501 - texts of documents

import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from compiler.commands.common.review_export import approving_accounts, load_reviewers
from compiler.execution import ssh_signatures
from compiler.foundation.errors import HostError, UsageError
from compiler.pipeline.change_base import ChangeBase
from compiler.pipeline.session import Session
from compiler.pipeline.stages import check
from compiler.resolve.approval_evidence import ALLOWED_SIGNERS, approval_statement, signature_path
from compiler.source.memory_tree import MemoryTree
from compiler.source.worktree import WorkTree

HEAD = "apiVersion: modelyard/v1\n"
DAY = date(2026, 12, 1)
MEMBERS = (
    '[{name: ana, signer: ana@shop.example, account: "@Ana"}, {name: ben, signer: ben@shop.example, account: "@ben"}]'
)
needs_ssh_keygen = pytest.mark.skipif(
    not shutil.which("ssh-keygen"), reason="ssh-keygen is not installed: no signature was made or verified"
)


def files(evidence: str = "signature", members: str = MEMBERS, entry: str = "", tier: str = "high") -> dict[str, str]:
    rule = f"{{environments: [prod], roles: [model-risk]{f', evidence: {evidence}' if evidence else ''}}}"
    project = f"{HEAD}kind: Project\nname: shop\nenvironments: [prod]\napprovals: {{rules: [{rule}]}}\n"
    teams = f"{HEAD}kind: Team\nname: pricing\n---\n{HEAD}kind: Team\nname: risk\napprovalRoles: [model-risk]\nmembers: {members}\n"
    environment = f"---\n{HEAD}kind: Environment\nname: prod\nstage: prod\nnamespace: shop\n"
    model = f"""{HEAD}kind: Model
name: refunds
type: heuristic
owner: pricing
summary: Refunds
lifecycle: production
version: 1.0.0
source: {{image: "shop.example/till:1", digest: "sha256:{"1" * 64}"}}
governance: {{risk: {{tier: {tier}}}}}
environments: {{prod: {{}}}}
{f"approvals: [{{{entry}}}]" if entry else ""}
"""
    return {"modelyard.yaml": project, "models/base.yaml": f"{teams}{environment}", "models/refunds.yaml": model}


def session(
    texts: dict[str, str],
    signatures: dict[str, bytes],
    base: Session | None = None,
    reviewers: frozenset[str] | None = None,
) -> Session:
    tree = MemoryTree({**{path: text.encode() for path, text in texts.items()}, **signatures})
    return Session(tree, DAY, ChangeBase(base.tree, base.as_of, label="main", reviewers=reviewers) if base else None)


def approved(**fields: str) -> str:
    model = Session(
        MemoryTree({path: text.encode() for path, text in files(tier=fields.pop("tier", "high")).items()}), DAY
    ).fleet.model("refunds", "prod")
    extra = "".join(f", {key}: {value}" for key, value in fields.items())
    return f"environment: prod, release: 1.0.0, role: model-risk, team: risk, decision: approved, date: '2026-11-02', runtimeDigest: '{model.runtime_digest}', governanceDigest: '{model.governance_digest}'{extra}"


def problems(run: Session) -> list[str]:
    return [finding.message for finding in check(run) if finding.code.id == "MY320"]


@pytest.fixture(scope="module")
def keys(tmp_path_factory) -> dict[str, Path]:
    """A key of each person."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("ana", "ben", "eve"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)], check=True
        )
    return {name: folder / name for name in ("ana", "ben", "eve")}


def allowed_signers(keys: dict[str, Path], *names: str) -> dict[str, bytes]:
    lines = (
        f'{name}@shop.example namespaces="modelyard-approval" {keys[name].with_suffix(".pub").read_text()}'
        for name in names
    )
    return {ALLOWED_SIGNERS: "".join(lines).encode()}


def signature(texts: dict[str, str], key: Path) -> dict[str, bytes]:
    run = session(texts, {})
    [entry] = run.portfolio.by_kind("Model")["refunds"].data["approvals"]
    statement = approval_statement("shop", "refunds", entry)
    return {signature_path("refunds", entry, statement): ssh_signatures.sign(statement, key)}


@needs_ssh_keygen
def test_a_signature_by_a_member_is_evidence_and_a_claim_is_none(keys) -> None:
    texts, signers = files(entry=approved()), allowed_signers(keys, "ana", "ben")
    [problem] = problems(session(texts, signers))
    assert problem.startswith(
        "refunds in prod: the approval of `risk` as `model-risk` is a claim without evidence: there is no signature in `approvals/refunds/prod."
    )
    assert problems(session(texts, signers | signature(texts, keys["ana"]))) == []


@needs_ssh_keygen
@pytest.mark.parametrize("changed", ["2026-11-03", "approver: ben", "expires: '2030-01-01'", "ticket: OTHER-1"])
def test_a_signature_is_of_the_whole_entry(keys, changed) -> None:
    texts, signers = files(entry=approved()), allowed_signers(keys, "ana", "ben")
    [(path, content)] = signature(texts, keys["ana"]).items()
    entry = approved().replace("2026-11-02", changed) if changed[0] == "2" else f"{approved()}, {changed}"
    other = files(entry=entry)
    [other_path] = signature(other, keys["ana"])
    assert other_path != path
    assert len(problems(session(other, signers | {path: content, other_path: content}))) == 1


@needs_ssh_keygen
def test_only_the_person_whom_the_entry_names_can_sign_it(keys) -> None:
    texts, signers = files(entry=approved(approver="ben")), allowed_signers(keys, "ana", "ben")
    assert len(problems(session(texts, signers | signature(texts, keys["ana"])))) == 1
    assert problems(session(texts, signers | signature(texts, keys["ben"]))) == []


@needs_ssh_keygen
def test_a_key_that_no_allowed_signer_has_proves_nothing(keys) -> None:
    texts = files(entry=approved())
    assert len(problems(session(texts, allowed_signers(keys, "ana") | signature(texts, keys["eve"])))) == 1
    assert len(problems(session(texts, signature(texts, keys["ana"])))) == 1


@needs_ssh_keygen
def test_a_change_cannot_add_its_own_signer(keys) -> None:
    texts = files(entry=approved())
    own_signer = (
        allowed_signers(keys, "ana", "ben")[ALLOWED_SIGNERS]
        + b"ana@shop.example "
        + keys["eve"].with_suffix(".pub").read_bytes()
    )
    base = session(files(), allowed_signers(keys, "ana"))
    attack = {ALLOWED_SIGNERS: own_signer, **signature(texts, keys["eve"])}
    assert problems(session(texts, attack)) == []
    [problem] = problems(session(texts, attack, base))
    assert problem.endswith("is not a signature by a member of `risk` in main")
    assert problems(session(texts, allowed_signers(keys, "ana") | signature(texts, keys["ana"]), base)) == []


@needs_ssh_keygen
def test_a_change_cannot_add_its_own_member(keys) -> None:
    texts = files(entry=approved(), members="[{name: eve, signer: eve@shop.example}]")
    signers = allowed_signers(keys, "ana", "eve")
    attack = signers | signature(texts, keys["eve"])
    assert problems(session(texts, attack)) == []
    assert len(problems(session(texts, attack, session(files(), signers)))) == 1


@pytest.mark.parametrize("evidence", ["claim", "review"])
def test_a_change_cannot_loosen_the_evidence_that_its_rule_demands(evidence) -> None:
    texts = files(evidence, entry=approved())
    assert problems(session(texts, {})) == []
    assert len(problems(session(texts, {}, session(files(), {})))) == 1


def test_a_review_by_a_member_is_evidence_and_what_the_base_has_was_reviewed() -> None:
    texts, base = files("review", entry=approved()), session(files("review"), {})
    [problem] = problems(session(texts, {}, base))
    assert "is a claim without evidence: no reviews were given with --reviews, and there is no signature" in problem
    assert problems(session(texts, {}, base, frozenset({"ana"}))) == []
    [problem] = problems(session(texts, {}, base, frozenset({"eve"})))
    assert "no review by a member of `risk` in main approves the change" in problem
    assert problems(session(texts, {}, session(texts, {}))) == []


def test_production_of_high_tiers_demands_evidence_by_default() -> None:
    assert len(problems(session(files("", entry=approved()), {}, session(files(""), {})))) == 1
    texts = files("", entry=approved(tier="low"), tier="low")
    assert problems(session(texts, {}, session(files("", tier="low"), {}))) == []


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 100, b"-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n", b"x" * 100_000]
)
def test_a_hostile_signature_is_a_finding(content) -> None:
    texts = files(entry=approved())
    [entry] = session(texts, {}).portfolio.by_kind("Model")["refunds"].data["approvals"]
    path = signature_path("refunds", entry, approval_statement("shop", "refunds", entry))
    assert len(problems(session(texts, {path: content, ALLOWED_SIGNERS: b"\xff\0 ssh-ed25519 AAAA"}))) == 1


def test_a_huge_file_and_a_link_are_no_signatures(tmp_path) -> None:
    texts = files(entry=approved())
    [entry] = session(texts, {}).portfolio.by_kind("Model")["refunds"].data["approvals"]
    path = tmp_path / signature_path("refunds", entry, approval_statement("shop", "refunds", entry))
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        file.truncate(1 << 30)
    assert len(problems(Session(WorkTree(tmp_path), DAY))) == 1
    path.unlink()
    path.symlink_to("/etc/hostname")
    assert len(problems(Session(WorkTree(tmp_path), DAY))) == 1


def test_a_missing_ssh_keygen_is_an_error_of_the_host(monkeypatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(HostError, match="ssh-keygen, which signs and verifies approvals, was not found"):
        ssh_signatures.find_ssh_keygen()


def review(login: object, state: str, commit: str | None = "c1") -> dict[str, object]:
    return {
        "id": 1,
        "user": {"login": login},
        "body": "",
        "state": state,
        "commit_id": commit,
        "submitted_at": "2026-11-30T10:00:00Z",
    }


@pytest.mark.parametrize(
    ("reviews", "expected"),
    [
        ([review("Ana", "APPROVED")], {"ana"}),
        ([review("ana", "APPROVED"), review("ana", "COMMENTED")], {"ana"}),
        ([review("ana", "APPROVED"), review("ana", "CHANGES_REQUESTED")], set()),
        ([review("ana", "CHANGES_REQUESTED"), review("ana", "APPROVED")], {"ana"}),
        ([review("ana", "APPROVED", "old")], set()),
        ([review("ana", "APPROVED", None)], set()),
        ([review("ana", "DISMISSED"), review("ben", "PENDING")], set()),
        ([review(7, "APPROVED"), None, [], {"user": None}, {"user": {"login": "ana"}, "state": ["APPROVED"]}], set()),
    ],
)  # fmt: skip
def test_the_last_decision_of_an_account_about_the_commit_counts(reviews, expected) -> None:
    assert approving_accounts(reviews, "reviews.json", {"c1"}) == expected


def test_reviews_inside_of_the_checkout_and_other_files_are_refused(tmp_path) -> None:
    checkout, outside = tmp_path / "checkout", tmp_path / "reviews.json"
    checkout.mkdir()
    outside.write_text("[]", encoding="utf-8")
    assert load_reviewers(outside, checkout, {"c1"}) == frozenset()
    inside, link = checkout / "reviews.json", tmp_path / "link.json"
    inside.write_text("[]", encoding="utf-8")
    link.symlink_to(inside)
    (checkout / "out.json").symlink_to(outside)
    for path in (inside, link, checkout / "out.json"):
        with pytest.raises(UsageError, match="is inside the checkout that is reviewed"):
            load_reviewers(path, checkout, {"c1"})
    for text in ("{}", "[", "[" * 100_000, "\udcff"):
        outside.write_text(text, encoding="utf-8", errors="surrogateescape")
        with pytest.raises(UsageError, match=r"cannot be read as JSON|is not a list of reviews"):
            load_reviewers(outside, checkout, {"c1"})


@needs_ssh_keygen
def test_approve_signs_what_check_verifies_and_without_ssh_keygen_the_host_fails(tmp_path, keys, monkeypatch) -> None:
    texts = {path: text.encode() for path, text in files().items()} | allowed_signers(keys, "ana")
    for name, content in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_bytes(content)
    approve = [
        sys.executable,
        "-m",
        "compiler",
        "approve",
        "refunds",
        "--env",
        "prod",
        "--role",
        "model-risk",
        "--team",
        "risk",
        "--as-of",
        "2026-12-01",
    ]
    subprocess.run([*approve, "--project", str(tmp_path), "--sign", str(keys["ana"])], check=True)
    assert problems(Session(WorkTree(tmp_path), DAY)) == []
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(HostError):
        problems(Session(WorkTree(tmp_path), DAY))


RELEASES = (
    "version: 1.0.0\nsource:",
    "releases:\n  2.0.0: {source: {image: 'shop.example/till:2', digest: 'sha256:"
    + "2" * 64
    + "'}}\n  1.0.0:\n    source:",
)


def two_releases(entry: str, release: str = "1.0.0", tier: str = "high", places: str = "") -> dict[str, str]:
    """A model with two releases, of which production runs one unless `places` names other environments."""
    texts = files("", entry=entry, tier=tier)
    model = texts["models/refunds.yaml"].replace(*RELEASES)
    texts["models/refunds.yaml"] = model.replace("prod: {}", places or f"prod: {{release: {release}}}")
    return texts


def claim_of(texts: dict[str, str], release: str) -> str:
    """A claim of what production runs."""
    model = session(texts, {}).fleet.resolve("refunds", "prod")[0]
    return f"environment: prod, release: {release}, role: model-risk, team: risk, decision: approved, date: '2026-11-02', runtimeDigest: '{model.runtime_digest}', governanceDigest: '{model.governance_digest}'"


def test_a_claim_of_a_later_promotion_needs_evidence_when_it_is_added() -> None:
    claim = claim_of(two_releases("", "2.0.0"), "2.0.0")
    base, texts = session(two_releases(""), {}), two_releases(claim)
    [problem] = [problem for problem in problems(session(texts, {}, base)) if "claim" in problem]
    assert "as `model-risk` is a claim without evidence: no reviews were given" in problem
    assert not any("claim" in problem for problem in problems(session(texts, {}, base, frozenset({"ana"}))))
    assert problems(session(two_releases(claim, "2.0.0"), {}, session(texts, {}))) == []


def test_a_claim_for_an_environment_in_which_the_model_does_not_run_needs_evidence_by_its_first_deployment() -> None:
    claim = claim_of(files(""), "1.0.0")
    texts = files("", entry=claim)
    absent = {path: text.replace("{prod: {}}", "{}") for path, text in texts.items()}
    base = {path: text.replace("{prod: {}}", "{}") for path, text in files("").items()}
    [problem] = problems(session(absent, {}, session(base, {})))
    assert "as `model-risk` is a claim without evidence: no reviews were given" in problem
    assert problems(session(texts, {}, session(absent, {}))) == []
    claim = claim_of(two_releases("", "2.0.0"), "2.0.0")
    several = session(two_releases(claim, places=" "), {})  # it is not known which of them would run
    [problem] = problems(session(two_releases(claim, "2.0.0"), {}, several))
    assert "as `model-risk` is a claim without evidence: no reviews were given" in problem


def test_a_claim_of_the_base_that_needed_no_evidence_there_needs_it_once_the_tier_is_raised() -> None:
    claim = claim_of(two_releases(""), "1.0.0")
    base = session(two_releases(claim, tier="low"), {})
    [problem] = problems(session(two_releases(claim), {}, base))
    assert "is a claim without evidence: no reviews were given" in problem
    assert problems(session(two_releases(claim), {}, base, frozenset({"ana"}))) == []
