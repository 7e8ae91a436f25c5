"""The jobs do what they say: their steps run, end to end, against the sample in a repository of its own.

GitHub alone is stood in for (`gh.py`, `server.py`); commits, branches, remotes, programs of models and the services that those ask on
loopback are real.
"""

import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import yaml

from .expressions import Evaluator
from .server import ROOT, TOKEN, RunResult, Server

pytestmark = pytest.mark.slow
DEPLOYMENTS = "https://git.bank.example/ml/deployments.git"
CARD_FRAUD = "models/payments/card-fraud.yaml"
ATM_DEMAND = "models/treasury/atm-demand/spec.yaml"
TRAINING = "models/treasury/atm-demand/train.py"
PROMETHEUS = '"https://prometheus.bank.example"'
ENOUGH = 'value: "1200"'
RELEASE, CANARY = "    release: 3.1.0\n", "    canary: {release: 3.2.0, weight: 10%}\n"
RATIONALE = "    rationale: A wrong refusal stops a customer at the till.\n"
NO_RATIONALE = "    # Nobody says why.\n"
NOT_NEEDED = (
    "compliance",
    "vendors",
    "affordability-sheet.yaml",
    "application-scorecard",
    "collections-priority",
    "default-risk.yaml",
    "loan-pricing",
    "loss-given-default.yaml",
    "authorisation-route",
    "contactless-limits.yaml",
    "complaint-summary",
    "dispute-agent",
    "passage-vectors.yaml",
    "cash-logistics",
)
"""Folders and files of the sample whose models no job here is about, and that no other model uses."""
WITHOUT_THEM = (
    ("modelyard.yaml", "  vendor: {deploy: {target: kubernetes}}", "  {}"),
    ("modelyard.yaml", "llm, agents, ", ""),
    (
        "models/lending/_defaults.yaml",
        "  ml: {deploy: {target: kserve, options: {storageCidrs: [198.51.100.0/28]}}}\n",
        "",
    ),
    (
        "models/lending/_defaults.yaml",
        "  statistical: {deploy: {target: kserve, options: {storageCidrs: [198.51.100.0/28]}}}",
        "  {}",
    ),
    (
        "models/payments/_defaults.yaml",
        "  heuristic:\n    deploy: {target: kubernetes, resources: {cpu: 100m, memory: 128Mi}}\n",
        "",
    ),
    ("models/service/_defaults.yaml", "  agent:\n    deploy: {target: kubernetes}", ""),
    (
        "models/treasury/_defaults.yaml",
        "ml: {deploy: {target: kserve,",
        (
            "ml: {deploy: {target: kserve, callers: [{name: desk, namespace: desk, "
            "podSelector: {matchLabels: {app: desk}}, serviceAccount: desk}],"
        ),
    ),
    ("models/service/complaint-topics.yaml", "successor: complaint-summary", "successor: card-fraud"),
)
"""What the rest of the sample says of those models, as (file, text, text without them)."""


@pytest.fixture(scope="module")
def first(tmp_path_factory, forking_modelyard, splitting_kserve) -> Path:
    """The sample with a canary and what a build of it commits, in a bare repository; without models that no job here needs."""
    folder = tmp_path_factory.mktemp("sample")
    work = folder / "work"
    shutil.copytree(ROOT / "models", work / "models", ignore=shutil.ignore_patterns("__pycache__", *NOT_NEEDED))
    shutil.copyfile(ROOT / "modelyard.yaml", work / "modelyard.yaml")
    for path, text, without_them in WITHOUT_THEM:
        content = (work / path).read_text(encoding="utf-8")
        assert text in content, (path, text)
        (work / path).write_text(content.replace(text, without_them), encoding="utf-8")
    for path, content in splitting_kserve.items():
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_bytes(content)
    spec = (work / CARD_FRAUD).read_text(encoding="utf-8")
    assert spec.count(RELEASE) == 1
    (work / CARD_FRAUD).write_text(spec.replace(RELEASE, RELEASE + CANARY), encoding="utf-8")
    (work / ".gitignore").write_text("/build/\n__pycache__/\n", encoding="utf-8")
    server = Server(folder / "tools", folder / "origin.git", {}, forking_modelyard)
    server.git("init", "-q", "--bare", "-b", "main", str(folder / "origin.git"), cwd=folder)
    build(server, work)
    server.git("init", "-q", "-b", "main", cwd=work)
    server.git("add", "--all", cwd=work)
    server.git("commit", "-q", "-m", "The sample", cwd=work)
    server.git("push", "-q", str(folder / "origin.git"), "main", cwd=work)
    return folder / "origin.git"


def build(server: Server, work: Path) -> None:
    done = subprocess.run(
        ["modelyard", "build"], cwd=work, env=server.environment(), check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


class Repository:
    """The sample's repository, and what people do in it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.git = server.git
        self._count = 0

    def main(self) -> str:
        return self.git("rev-parse", "main")

    def commit(self, branch: str, *edits: tuple[str, str, str], base: str = "main", builds: bool = False) -> str:
        """A commit that follows the base on a branch: each edit is a path, a text in it, and what stands there instead."""
        self._count += 1
        folder = self.server.checked_out(f"edit-{self._count}", f"origin/{base}", branch)
        for path, old, new in edits:
            file = folder / path
            text = file.read_text(encoding="utf-8") if file.exists() else ""
            assert old in text, (path, old)
            file.write_text(text.replace(old, new) if old else text + new, encoding="utf-8")
        if builds:
            build(self.server, folder)
        self.git("add", "--all", cwd=folder)
        self.git("commit", "-q", "--allow-empty", "-m", "A change", cwd=folder)
        self.git("push", "-q", "--force", "origin", f"HEAD:refs/heads/{branch}", cwd=folder)
        return self.git("rev-parse", "HEAD", cwd=folder)

    def merge_of(self, branch: str) -> str:
        """What GitHub checks out for a pull request: the branch merged into main."""
        self._count += 1
        at = self.server.checked_out(f"merge-{self._count}", "main", "main")
        self.git("merge", "-q", "--no-ff", "-m", "Merge", f"origin/{branch}", cwd=at)
        self.git("push", "-q", "origin", f"HEAD:refs/pull/{self._count}/merge", cwd=at)
        return self.git("rev-parse", "HEAD", cwd=at)

    def pull_request(self, branch: str, fork: str = "bank/models") -> RunResult:
        head = {"repo": {"full_name": fork}}
        pull = {"number": 5, "base": {"sha": self.main()}, "head": head}
        return self.server.run("modelyard.yml", "pull_request", self.merge_of(branch), ref="5/merge", pull_request=pull)

    def deliver(self) -> RunResult:
        before = self.git("rev-parse", "main^") if self._count else "0" * 40
        return self.server.run("modelyard-deliver.yml", "push", self.main(), before=before)

    def judge(self) -> RunResult:
        """Run the last requested evaluation of a canary; the branch has new commits since."""
        dispatch = [one for one in self.server.requests["dispatched"] if one["workflow"] == "modelyard-canary.yml"][-1]
        return self.server.run(dispatch["workflow"], "workflow_dispatch", self.main(), inputs=dispatch["inputs"])

    def train(self, model: str) -> RunResult:
        return self.server.run("modelyard-retrain.yml", "workflow_dispatch", self.main(), inputs={"model": model})


@pytest.fixture
def repository(first, tmp_path, forking_modelyard) -> Repository:
    shutil.copytree(first, tmp_path / "origin.git")
    server = Server(
        tmp_path / "tools", tmp_path / "origin.git", {DEPLOYMENTS: tmp_path / "deployments.git"}, forking_modelyard
    )
    server.git("init", "-q", "--bare", "-b", "main", str(tmp_path / "deployments.git"), cwd=tmp_path)
    return Repository(server)


@pytest.fixture
def service() -> Iterator[Callable[[Callable[[str, dict], object]], str]]:
    """Answers requests on loopback: of a path, and of what was posted."""
    servers: list[HTTPServer] = []

    def serve(answer: Callable[[str, dict], object]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._say(answer(self.path, {}))

            def do_POST(self) -> None:
                self._say(answer(self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))

            def _say(self, body: object) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_: object) -> None:
                return

        server = HTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def models(done: RunResult) -> list[str]:
    """The models that had a job of their own."""
    return sorted(text.partition("\n")[0] for job, text in done.logs.items() if job.split(" ")[0] == "model")


# --- pull requests ---------------------------------------------------------------------------------------------------
def test_a_pull_request_is_checked_with_one_comment_and_runs_only_affected_models(repository) -> None:
    repository.commit(
        "faster", (ATM_DEMAND, "A wrong forecast costs a trip", "Each wrong forecast costs a trip"), builds=True
    )
    run_result = repository.pull_request("faster")
    assert run_result.results == dict.fromkeys(("check", "affected", "model", "review", "required"), "success"), (
        run_result.log
    )
    assert models(run_result) == ["atm-demand"]
    assert "atm-demand 1.2.0: measured mape 0.054" in run_result.log
    assert "2000 days are complete and within their bounds" in run_result.log
    assert "nothing foreign among them" in run_result.log
    [scanned] = run_result.sarif_reports
    assert scanned["version"] == "2.1.0"
    assert "### Modelyard: 1 warning in 5 models" in run_result.summaries["check"]
    assert "MY411" in run_result.summaries["check"]
    [comment] = repository.server.requests["comments"]
    assert comment["issue"] == 5
    assert "| `atm-demand` | prod, staging | treasury-analytics | governance" in comment["body"]
    repository.commit("faster", (ATM_DEMAND, "summary: Forecasts", "summary: Estimates"), base="faster", builds=True)
    again = repository.pull_request("faster")
    assert again.results["required"] == "success", again.log
    [kept] = repository.server.requests["comments"]
    assert (kept["id"], kept["body"] != comment["body"]) == (comment["id"], True)


def test_what_reaches_no_model_ends_well_without_a_job_a_model(repository) -> None:
    repository.commit("words", ("models/README.md", "# The sample fleet", "# The fleet"))
    done = repository.pull_request("words")
    assert done.results["model"] == "skipped"
    assert done.results["required"] == "success", done.log
    assert "nothing is affected" in done.logs["affected"]


def test_a_mistake_is_annotated_at_its_line_and_fails_what_is_required(repository) -> None:
    repository.commit("mistake", (CARD_FRAUD, '  resources: {cpu: "2"', "  resources: {cpu: two"))
    run_result = repository.pull_request("mistake")
    assert (run_result.results["check"], run_result.results["required"]) == ("failure", "failure"), run_result.log
    line = (ROOT / CARD_FRAUD).read_text(encoding="utf-8").partition('  resources: {cpu: "2"')[0].count("\n") + 1
    assert f"::error file={CARD_FRAUD},line={line}" in run_result.logs["check"]
    assert run_result.steps["check"]["Hand findings to code scanning"] == "success"
    [scanned] = run_result.sarif_reports
    assert {result["ruleId"] for result in scanned["runs"][0]["results"]} == {"MY103"}
    [comment] = repository.server.requests["comments"]
    assert "expected a quantity of CPU" in comment["body"]


def test_a_release_that_is_no_better_fails_at_its_gate(repository) -> None:
    repository.commit("worse", (CARD_FRAUD, "{metric: auc, value: 0.958", "{metric: auc, value: 0.94"), builds=True)
    result = repository.pull_request("worse")
    assert (result.results["model"], result.results["required"], result.results["check"]) == (
        "failure",
        "failure",
        "success",
    ), result.log
    assert "card-fraud 3.2.0: auc is 0.94, worse than 0.951 of the champion, 3.1.0 in prod" in result.log
    assert f"::error file={CARD_FRAUD},line=" in result.log


def test_a_test_that_goes_wrong_fails_the_job_of_its_model(repository) -> None:
    repository.commit("rule", ("models/lending/credit-policy/data.json", '"minimumAge": 18', '"minimumAge": 19'))
    run_result = repository.pull_request("rule")
    assert models(run_result) == ["credit-policy"]
    assert run_result.steps["model"]["Test decisions and code"] == "failure"
    assert run_result.steps["model"]["Evaluate against gates and champion"] == "success"
    assert "the test `test_age_of_majority_is_enough` fails" in run_result.log
    assert run_result.results["required"] == "failure"


def test_a_workflow_that_is_not_what_the_project_says_is_stale(repository) -> None:
    repository.commit(
        "stale", ("modelyard.yaml", "      requirements: models", "      maxParallel: 3\n      requirements: models")
    )
    done = repository.pull_request("stale")
    assert done.steps["check"]["See whether what is committed is fresh"] == "failure", done.log
    assert "change  .github/workflows/modelyard.yml" in done.log
    assert done.results["required"] == "failure"


def test_a_pull_request_from_a_fork_is_checked_without_comment_or_scan(repository) -> None:
    repository.commit("fork", (CARD_FRAUD, "summary: Scores", "summary: Rates"), builds=True)
    done = repository.pull_request("fork", fork="stranger/models")
    assert (done.results["review"], done.results["required"]) == ("skipped", "success"), done.log
    assert done.sarif_reports == []
    assert repository.server.requests == {}


# --- delivery --------------------------------------------------------------------------------------------------------
def test_what_is_merged_is_published_by_environment_and_what_did_not_change_is_not(
    repository, tmp_path, service
) -> None:
    deployments = tmp_path / "deployments.git"
    first = repository.main()
    address = service(lambda path, _: {"data": {"result": [{"value": [0, "1000" if "error" not in path else "1"]}]}})
    repository.commit("main", (CARD_FRAUD, PROMETHEUS, f'"{address}"'), (CARD_FRAUD, ENOUGH, 'value: "0"'))
    run_result = repository.deliver()
    assert run_result.results == {
        "plan": "success", "publish-1": "skipped", "publish-2": "success", "publish-3": "success", "canary": "success",
    }, run_result.log  # fmt: skip
    assert [run_result.logs[f"publish-{index}"].partition("\n")[0] for index in (2, 3)] == [
        "Publish staging",
        "Publish prod",
    ]
    branches = repository.git("for-each-ref", "--format=%(refname)", cwd=deployments).split()
    assert branches == ["refs/heads/env/prod", "refs/heads/env/staging"]
    assert "card-fraud/inferenceservice.yaml" in repository.git(
        "ls-tree", "-r", "--name-only", "env/prod", cwd=deployments
    )
    source = repository.git(
        "log", "-1", "--format=%(trailers:key=Modelyard-Source,valueonly)", "env/prod", cwd=deployments
    )
    assert source == repository.main()

    assert run_result.outputs["plan"]["since"] == first, "what was there before all, where nothing was delivered yet"
    [judging] = repository.server.requests["dispatched"]
    inputs = {"model": "card-fraud", "environment": "prod", "commit": repository.main()}
    assert judging == {"workflow": "modelyard-canary.yml", "ref": "main", "inputs": inputs}
    run_result = repository.judge()
    assert run_result.results == {"judge": "success", "propose": "success"}, run_result.log
    assert "3.2.0 failed on 0.10% of 1000 answers" in run_result.logs["judge"]
    [_, change] = repository.server.requests["dispatched"]
    assert change == {
        "workflow": "modelyard-change.yml", "ref": "main", "inputs": {"action": "promote", "model": "card-fraud", "environment": "prod"},
    }  # fmt: skip

    tips = {name: repository.git("rev-parse", name, cwd=deployments) for name in ("env/prod", "env/staging")}
    delivered = repository.main()
    repository.commit("main", ("models/README.md", "# The sample fleet", "# The fleet"))
    run_result = repository.deliver()
    assert run_result.outputs["plan"]["since"] == delivered
    assert set(run_result.results.values()) == {"success", "skipped"}
    assert [job for job, result in run_result.results.items() if result == "success"] == ["plan"], run_result.log
    repository.commit("main", (CARD_FRAUD, "{min: 4, max: 12}", "{min: 4, max: 16}"))
    run_result = repository.deliver()
    assert [job for job, result in run_result.results.items() if result == "success"] == [
        "plan",
        "publish-3",
        "canary",
    ], run_result.log
    assert repository.git("rev-parse", "env/staging", cwd=deployments) == tips["env/staging"]
    assert repository.git("rev-parse", "env/prod^", cwd=deployments) == tips["env/prod"]


def test_a_canary_that_fails_more_often_is_proposed_to_be_taken_back(repository, service) -> None:
    def answer_query(path: str, _: dict) -> object:
        errors = "1" if "%21%3D" in path else "90"
        return {"data": {"result": [{"value": [0, errors if "error" in path else "1000"]}]}}

    address = service(answer_query)
    repository.commit("main", (CARD_FRAUD, PROMETHEUS, f'"{address}"'), (CARD_FRAUD, ENOUGH, 'value: "0"'))
    assert repository.deliver().results["canary"] == "success"
    done = repository.judge()
    assert done.results == {"judge": "failure", "propose": "success"}, done.log
    assert "3.2.0 failed on 9.00% of 1000 answers, the release beside it on 0.10%" in done.log
    [_, change] = repository.server.requests["dispatched"]
    assert change["inputs"] == {"action": "rollback", "model": "card-fraud", "environment": "prod"}


def test_a_canary_whose_evaluation_fails_is_neither_promoted_nor_removed(repository) -> None:
    repository.commit("main", ("models/requirements.txt", "", "there-is-no-such-package==0.0.0\n"))
    inputs = {"model": "card-fraud", "environment": "prod"}
    done = repository.server.run("modelyard-canary.yml", "workflow_dispatch", repository.main(), inputs=inputs)
    assert done.results == {"judge": "failure", "propose": "skipped"}, done.log


def test_an_environment_that_could_not_be_published_keeps_the_next_from_being(repository, tmp_path) -> None:
    shutil.rmtree(tmp_path / "deployments.git")
    result = repository.deliver()
    assert (result.results["publish-2"], result.results["publish-3"], result.results["canary"]) == (
        "failure",
        "skipped",
        "skipped",
    ), result.log
    assert "git cannot read from" in result.log


def test_the_token_is_passed_to_git_alone(repository, tmp_path) -> None:
    """What `git credential` says with what the step sets; for a repository of others it is the secret of the environment."""
    folder = repository.server.checked_out("look", repository.main())
    job = yaml.safe_load((folder / ".github/workflows/modelyard-deliver.yml").read_text())["jobs"]["publish-3"]
    step = job["steps"][-1]
    for remote, url, password in (
        ("origin", "https://github.com/bank/models", TOKEN), (DEPLOYMENTS, DEPLOYMENTS, "the-token-of-others"),
        ("origin", DEPLOYMENTS, None), (DEPLOYMENTS, "https://github.com/bank/models", None),
    ):  # fmt: skip
        secrets = {"MODELYARD_DELIVERY_TOKEN": "the-token-of-others"}
        needs = {"plan": {"outputs": {"since": repository.main()}}}
        github = {"token": TOKEN, "server_url": "https://github.com"}
        matrix = {"remote": remote, "environment": "prod"}
        contexts = {"needs": needs, "github": github, "secrets": secrets, "matrix": matrix}
        step_env = {key: Evaluator(contexts, {}).text(value) for key, value in step["env"].items()}
        process = subprocess.run(
            ["git", "credential", "fill"], input=f"url={url}\n\n", cwd=folder,
            env={**repository.server.environment(), **step_env}, check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert ("password" in process.stdout) == (password is not None), (remote, url)
        assert password is None or f"username=x-access-token\npassword={password}\n" in process.stdout
    assert TOKEN not in (folder / ".git" / "config").read_text()


# --- changes ---------------------------------------------------------------------------------------------------------
def change(repository: Repository, **inputs: str) -> RunResult:
    return repository.server.run("modelyard-change.yml", "workflow_dispatch", repository.main(), inputs=inputs)


def proposed_edit(repository: Repository) -> tuple[dict, str]:
    """The pull request that was opened, and the lines of its edit of specs; records follow those."""
    [pull] = repository.server.requests["pulls"]
    diff = repository.git("diff", "--unified=0", "main", pull["head"], "--", "models")
    return pull, "\n".join(line for line in diff.splitlines() if line[:1] in "+-" and line[:3] not in {"+++", "---"})


def test_a_promotion_is_a_pull_request_with_the_edit_that_is_checked(repository) -> None:
    run_result = change(repository, action="promote", model="card-fraud", environment="prod")
    assert run_result.results == {"change": "success"}, run_result.log
    pull, edit = proposed_edit(repository)
    assert (pull["title"], pull["base"]) == ("Promote card-fraud 3.2.0 to prod", "main")
    assert edit == "-    release: 3.1.0\n-    canary: {release: 3.2.0, weight: 10%}\n+    release: 3.2.0"
    assert "| `card-fraud` | prod |" in pull["body"]
    [dispatch] = repository.server.requests["dispatched"]
    inputs = {"since": repository.main(), "pull": str(pull["number"])}
    assert dispatch == {"workflow": "modelyard.yml", "ref": pull["head"], "inputs": inputs}
    head = repository.git("rev-parse", pull["head"])
    run_result = repository.server.run(
        "modelyard.yml", "workflow_dispatch", head, ref=pull["head"], inputs=dispatch["inputs"]
    )
    assert run_result.results["required"] == "success", run_result.log
    assert "card-fraud" in models(run_result)
    assert [one["issue"] for one in repository.server.requests["comments"]] == [pull["number"]]


def test_what_is_proposed_already_is_not_proposed_again(repository) -> None:
    for _ in range(2):
        done = change(repository, action="promote", model="card-fraud", environment="prod")
        assert done.results == {"change": "success"}, done.log
    assert len(repository.server.requests["pulls"]) == 1


def test_a_rollback_knows_what_ran_before(repository) -> None:
    repository.commit("main", (CARD_FRAUD, RELEASE + CANARY, "    release: 3.2.0\n"))
    done = change(repository, action="rollback", model="card-fraud", environment="prod")
    assert done.results == {"change": "success"}, done.log
    pull, edit = proposed_edit(repository)
    assert (pull["title"], edit) == (
        "Roll card-fraud back to 3.1.0 in prod",
        "-    release: 3.2.0\n+    release: 3.1.0",
    )


@pytest.mark.parametrize(
    "inputs",
    [
        {"action": "promote", "model": "card-fraud", "environment": "prod", "release": "9.9.9"},
        {"action": "promote", "model": "$(touch pwned); `touch pwned`", "environment": "prod"},
        {"action": "promote", "model": "--help", "environment": "prod"},
        {"action": "retire", "model": "card-fraud"},
        {"action": "promote", "model": "card-fraud", "environment": "prod", "release": "3.2.0", "canary": "10% --diff"},
    ],
)
def test_what_may_not_be_is_not_proposed(repository, inputs, tmp_path) -> None:
    done = change(repository, **inputs)
    assert "pulls" not in repository.server.requests or repository.server.requests["pulls"] == [], done.log
    assert list(tmp_path.rglob("pwned")) == []
    assert done.results == {"change": "failure"} or inputs["model"] == "--help"


def test_what_is_so_already_is_not_proposed(repository) -> None:
    done = change(repository, action="promote", model="card-fraud", environment="staging", release="3.2.0")
    assert done.results == {"change": "success"}, done.log
    assert "card-fraud 3.2.0 is already deployed in staging" in done.log
    assert repository.server.requests == {}


# --- training --------------------------------------------------------------------------------------------------------
def scheduled_models(repository: Repository, schedule: str) -> list[str]:
    """The models that a time starts a run for; each is trained by a run of its own."""
    done = repository.server.run("modelyard-retrain.yml", "schedule", repository.main(), schedule=schedule)
    assert done.results == {"plan": "success", "train": "skipped", "propose": "skipped"}, done.log
    dispatches = repository.server.requests.get("dispatched", [])
    assert {(one["workflow"], one["ref"]) for one in dispatches} <= {("modelyard-retrain.yml", "main")}
    return [one["inputs"]["model"] for one in dispatches]


def test_a_schedule_trains_its_models_and_proposes_nothing_where_nothing_came_of_it(repository) -> None:
    assert scheduled_models(repository, "0 2 1 * *") == ["atm-demand"]
    done = repository.train("atm-demand")
    assert done.results == {"plan": "skipped", "train": "success", "propose": "skipped"}, done.log
    assert done.logs["train"].startswith("Train atm-demand\n")
    assert "mape 0.054" in done.log
    assert repository.server.requests["pulls"] == []


def test_by_hand_without_a_model_all_that_can_be_trained_are(repository) -> None:
    repository.server.run("modelyard-retrain.yml", "workflow_dispatch", repository.main(), inputs={"model": ""})
    assert {one["inputs"]["model"] for one in repository.server.requests["dispatched"]} >= {"atm-demand", "card-fraud"}


def test_what_training_made_is_proposed(repository) -> None:
    repository.commit("main", (TRAINING, "n_estimators=24", "n_estimators=25"))
    done = repository.train("atm-demand")
    assert done.results == {"plan": "skipped", "train": "success", "propose": "success"}, done.log
    [pull] = repository.server.requests["pulls"]
    assert pull["title"] == "Train atm-demand"
    changed = repository.git("diff", "--name-only", "main", pull["head"]).split()
    assert {"models/treasury/atm-demand/demand.onnx", "models/treasury/atm-demand/cases.yaml"} <= set(changed)


HOSTILE = """import os, pathlib
here, taken = pathlib.Path.cwd(), pathlib.Path(os.environ["HOME"], "taken")
top = here.parents[2]
steal = f'#!/bin/sh\\nset >> "{taken}"\\n'
own = top.parent / "own-bin"
own.mkdir()
for place in (*(top / ".git/hooks" / name for name in ("pre-commit", "pre-push", "post-checkout")), own / "gh", own / "modelyard"):
    place.parent.mkdir(exist_ok=True)
    place.write_text(steal)
    place.chmod(0o755)
for name, line in (("GITHUB_PATH", own), ("GITHUB_ENV", f"GIT_EXEC_PATH={own}"), ("GITHUB_OUTPUT", "title=Mine")):
    if name in os.environ:
        with open(os.environ[name], "a") as file:
            print(line, file=file)
(here / "leak.txt").write_text(" ".join(sorted(os.environ)))
"""


def test_a_program_that_trains_reaches_no_token_and_no_later_step(repository, tmp_path) -> None:
    """It leaves hooks, programs of its own and variables behind; what it changed is proposed by a job that has none of them."""
    text = (ROOT / TRAINING).read_text(encoding="utf-8")
    repository.commit("main", (TRAINING, text, HOSTILE))
    done = repository.train("atm-demand")
    assert done.results == {"plan": "skipped", "train": "success", "propose": "success"}, done.log
    assert list(tmp_path.rglob("taken")) == []
    [pull] = repository.server.requests["pulls"]
    assert repository.git("diff", "--name-only", "main", pull["head"]) == "models/treasury/atm-demand/leak.txt"
    variable_names = repository.git("show", f"{pull['head']}:models/treasury/atm-demand/leak.txt").split()
    assert [
        name for name in variable_names if "TOKEN" in name or name in {"GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT"}
    ] == []
    assert "GITHUB_SHA" in variable_names


@pytest.mark.parametrize("path", [".github/workflows/modelyard.yml", ".github/more.txt", "models/requirements.txt"])
def test_a_training_that_changes_what_ci_runs_is_not_proposed(repository, path) -> None:
    text = (ROOT / TRAINING).read_text(encoding="utf-8")
    repository.commit(
        "main", (TRAINING, text, f"import pathlib\npathlib.Path('../../..', '{path}').write_text('evil')\n")
    )
    done = repository.train("atm-demand")
    assert done.results == {"plan": "skipped", "train": "success", "propose": "failure"}, done.log
    assert "which is for people to change" in done.log
    assert repository.server.requests.get("pulls", []) == []


def test_training_output_beyond_the_size_limit_is_reported(repository) -> None:
    text = (ROOT / TRAINING).read_text(encoding="utf-8")
    repository.commit("main", (TRAINING, text, "import os\nopen('large.bin', 'wb').write(os.urandom(200_000))\n"))
    done = repository.train("atm-demand")
    assert done.results == {"plan": "skipped", "train": "failure", "propose": "skipped"}, done.log
    assert "more than can be handed over" in done.log


def test_an_external_training_service_is_requested_to_train(repository, service) -> None:
    requests: list[dict] = []
    address = service(lambda _, job: requests.append(job) or {"job": 42})
    repository.commit("main", (CARD_FRAUD, '"https://training.bank.example/jobs"', f'"{address}/jobs"'))
    assert scheduled_models(repository, "0 3 * * 1") == ["card-fraud"]
    done = repository.train("card-fraud")
    assert done.results == {"plan": "skipped", "train": "success", "propose": "skipped"}, done.log
    assert requests == [{"model": "card-fraud", "after": "3.2.0"}]
    assert "took it as job 42" in done.log


def test_a_time_outside_all_schedules_starts_no_training(repository) -> None:
    assert scheduled_models(repository, "0 9 * * *") == []


# --- what comes due --------------------------------------------------------------------------------------------------
def come_due(repository: Repository) -> RunResult:
    return repository.server.run("modelyard-calendar.yml", "schedule", repository.main(), schedule="23 5 * * *")


def test_what_the_calendar_broke_is_an_issue_until_it_is_mended(repository) -> None:
    done = come_due(repository)
    assert done.results["judge"] == "success", done.log
    assert [
        candidate for candidate in repository.server.requests.get("issues", []) if "keep" in candidate["title"]
    ] == []
    repository.commit("main", (CARD_FRAUD, RATIONALE, NO_RATIONALE))
    assert come_due(repository).results["judge"] == "success"
    [issue] = [candidate for candidate in repository.server.requests["issues"] if "keep" in candidate["title"]]
    assert (issue["title"], issue["open"]) == ("Models that no longer keep what binds them", True)
    assert "has-risk-tier" in issue["body"]
    come_due(repository)
    assert len([candidate for candidate in repository.server.requests["issues"] if "keep" in candidate["title"]]) == 1
    repository.commit("main", (CARD_FRAUD, NO_RATIONALE, RATIONALE))
    come_due(repository)
    [issue] = [candidate for candidate in repository.server.requests["issues"] if "keep" in candidate["title"]]
    assert issue["open"] is False


def test_a_model_whose_day_has_come_is_proposed_to_be_retired_once(repository) -> None:
    topics = "models/service/complaint-topics.yaml"
    repository.commit("main", (topics, 'date: "2027-03-31"', 'date: "2026-01-31"'))
    assert come_due(repository).results["retire"] == "success"
    pull, edit = proposed_edit(repository)
    assert pull["title"] == "Retire complaint-topics"
    assert "+lifecycle: retired" in edit
    done = come_due(repository)
    assert done.results["retire"] == "success", done.log
    assert len(repository.server.requests["pulls"]) == 1


def test_what_comes_due_is_an_issue_before_its_day(repository) -> None:
    """The sample has reviews that are due within any long span; `modelyard inventory` says them."""
    repository.commit(
        "main", ("modelyard.yaml", "      actions:\n", "      dueWithin: 520w\n      actions:\n"), builds=True
    )
    done = come_due(repository)
    assert done.results["reviews"] == "success", done.log
    [issue] = [one for one in repository.server.requests["issues"] if "come due" in one["title"]]
    assert issue["open"]
    assert "complaint-topics" in issue["body"]


def test_what_is_too_long_for_an_issue_is_cut(repository, tmp_path) -> None:
    at = repository.server.checked_out("look", repository.main())
    steps = yaml.safe_load((at / ".github/workflows/modelyard-calendar.yml").read_text())["jobs"]["judge"]["steps"]
    issue = tmp_path / "issue.md"
    issue.write_text("".join(f"- finding {number} é\n" for number in range(9000)), encoding="utf-8")
    about = {"RUNNER_TEMP": str(tmp_path), "GH_STATE": str(repository.server.state), "GH_TOKEN": TOKEN, "TITLE": "Long"}
    environment = {**repository.server.environment(), **about, "GH_PERMISSIONS": json.dumps({"issues": "write"})}
    subprocess.run(["bash", "-e", "-c", steps[-1]["run"]], env=environment, check=True)
    [kept] = repository.server.requests["issues"]
    assert len(kept["body"]) <= 65536
    assert kept["body"].startswith("- finding 0 é\n")
    assert kept["body"].endswith("é\n\nThe rest has no room here: the command that found it prints it all.\n")
