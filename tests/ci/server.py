"""A runner of GitHub Actions, as far as the rendered workflows go: jobs in order, matrices, conditions, and their steps for real.

`actions/checkout` is a clone, `actions/setup-python` does nothing, and what is handed to code scanning is kept. Everything else is a
script, which bash runs as GitHub's runners do. In it `modelyard` is a fork of a process that has loaded the compiler,
and `python -m pip install` looks whether the requirements are met (`installed.py`): this halves the time of a job.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from .expressions import Evaluator, to_text

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = Path(__file__).resolve().parent
PYTHON_PATH = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
REPOSITORY = "bank/models"
TOKEN = "the-token-of-the-job"


@dataclass
class RunResult:
    """What came of a run: how each job ended, what each printed, and its outputs."""

    results: dict[str, str] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    steps: dict[str, dict[str, str]] = field(default_factory=dict)
    summaries: dict[str, str] = field(default_factory=dict)
    sarif_reports: list[dict] = field(default_factory=list)

    @property
    def log(self) -> str:
        return "\n".join(f"== {job}\n{text}" for job, text in self.logs.items())


class Server:
    """A repository with its remote, and the workflows that its commits hold."""

    def __init__(self, folder: Path, origin: Path, other_repositories: dict[str, Path], modelyard: Path) -> None:
        """`modelyard` is a program that runs the commands, as the fixture `forking_modelyard` writes it."""
        self.folder = folder
        self.origin = origin
        self.state = folder / "gh.json"
        self._count = 0
        self._bin = folder / "bin"
        self._home = folder / "home"
        self._bin.mkdir(parents=True)
        self._home.mkdir()
        config = "[user]\n\tname = nobody\n\temail = nobody@bank.example\n[safe]\n\tdirectory = *\n[init]\n\tdefaultBranch = main\n"
        config += "".join(f'[url "{path}"]\n\tinsteadOf = {address}\n' for address, path in other_repositories.items())
        (self._home / ".gitconfig").write_text(config, encoding="utf-8")
        python, scripts = shlex.quote(sys.executable), shlex.quote(str(SCRIPTS))
        programs = {
            "modelyard": f'exec {shlex.quote(str(modelyard))} "$@"',
            "python": f'[ "$1 $2 $3" = "-m pip install" ] && exec {python} {scripts}/installed.py "$@"\nexec {python} "$@"',
            "gh": f'exec {python} {scripts}/gh.py "$@"',
        }
        for name, script in programs.items():
            (self._bin / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
            (self._bin / name).chmod(0o755)

    @property
    def requests(self) -> dict:
        """The artifacts uploaded to GitHub."""
        return json.loads(self.state.read_text()) if self.state.exists() else {}

    def git(self, *words: str, cwd: Path | None = None) -> str:
        done = subprocess.run(
            ["git", *words], cwd=cwd or self.origin, env=self.environment(), check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, f"git {words}: {done.stderr}"
        return done.stdout.strip()

    def checked_out(self, name: str, commit: str, branch: str | None = None) -> Path:
        """A clone at a commit."""
        folder = self.folder / name
        self.git("clone", "-q", str(self.origin), str(folder), cwd=self.folder)
        self.git("checkout", "-q", *(["-B", branch] if branch else ["--detach"]), commit, cwd=folder)
        return folder

    def run(
        self, workflow: str, event: str, commit: str, ref: str = "main", inputs: dict | None = None, **payload: object
    ) -> RunResult:
        """What comes of an event at a commit."""
        self._count += 1
        at = self.checked_out(f"read-{self._count}", commit)
        workflow_data = yaml.load(
            (at / ".github" / "workflows" / workflow).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
        )
        assert event in workflow_data["on"], f"{workflow} is not started by {event}"
        shutil.rmtree(at)
        unknown = set(inputs or {}) - set(workflow_data["on"].get("workflow_dispatch", {}).get("inputs", {}))
        assert not unknown, f"{workflow} has no inputs {unknown}"
        github = {
            "event_name": event, "event": {"repository": {"default_branch": "main"}, **payload}, "sha": commit, "ref_name": ref,
            "ref": f"refs/heads/{ref}", "workflow": workflow_data["name"], "repository": REPOSITORY, "token": TOKEN,
            "server_url": "https://github.com",
        }  # fmt: skip
        run_result = RunResult()
        for job in topological_order(workflow_data["jobs"]):
            self._job(job, workflow_data["jobs"], github, inputs or {}, run_result)
        if workflow == "modelyard-deliver.yml" and "failure" not in run_result.results.values():
            state = self.requests
            state.setdefault("delivered", []).append({"workflow": workflow, "branch": ref, "sha": commit})
            self.state.write_text(json.dumps(state))
        return run_result

    def _job(self, name: str, jobs: dict, github: dict, inputs: dict, run_result: RunResult) -> None:
        job = jobs[name]
        needs = as_list(job.get("needs"))
        above = {one for need in needs for one in (need, *ancestors(need, jobs))}
        functions = {
            "success": lambda: all(run_result.results[need] == "success" for need in needs),
            "failure": lambda: any(run_result.results[one] == "failure" for one in above),
            "cancelled": lambda: False,
            "always": lambda: True,
        }
        needed_jobs = {
            need: {"result": run_result.results[need], "outputs": run_result.outputs.get(need, {})} for need in needs
        }
        contexts = {
            "github": github,
            "inputs": inputs,
            "needs": needed_jobs,
            "secrets": {"MODELYARD_DELIVERY_TOKEN": "the-token-of-others"},
        }
        evaluator = Evaluator(contexts, functions)
        if not evaluator.holds(job.get("if")):
            run_result.results[name] = "skipped"
            return
        matrix = evaluator.evaluate_template(job["strategy"]["matrix"]["include"]) if "strategy" in job else [{}]
        assert matrix, f"{name}: a matrix without a job is a mistake"
        results = []
        for index, entry in enumerate(matrix):
            own = {**contexts, "matrix": entry, "strategy": {"job-index": index}}
            results.append(self._steps(name if len(matrix) == 1 else f"{name} ({index})", job, own, run_result))
        run_result.results[name] = "failure" if "failure" in results else "success"

    def _steps(self, name: str, job: dict, contexts: dict, run_result: RunResult) -> str:
        self._count += 1
        work, temp = self.folder / f"work-{self._count}", self.folder / f"temp-{self._count}"
        temp.mkdir()
        work.mkdir()
        state = {"failed": False}
        functions = {
            "success": lambda: not state["failed"], "failure": lambda: state["failed"], "cancelled": lambda: False, "always": lambda: True,
        }  # fmt: skip
        steps: dict[str, dict] = {}
        evaluator = Evaluator({**contexts, "steps": steps, "runner": {"temp": str(temp)}}, functions)
        title = evaluator.text(job["name"])
        log = run_result.logs[name] = f"{title}\n"
        run_result.steps[name] = {}
        for step in job["steps"]:
            if not evaluator.holds(step.get("if")):
                outcome, outputs, step_output = "skipped", {}, ""
            elif "uses" in step:
                outcome, outputs, step_output = (
                    "success",
                    {},
                    self._run_action(step, evaluator, contexts["github"], work, run_result),
                )
            else:
                outcome, outputs, step_output = self._run_script(
                    name, step, job, evaluator, contexts["github"], work, temp, run_result
                )
            log = run_result.logs[name] = f"{log}-- {step['name']}: {outcome}\n{step_output}"
            run_result.steps[name][step["name"]] = outcome
            state["failed"] = state["failed"] or outcome == "failure"
            if "id" in step:
                steps[step["id"]] = {"outcome": outcome, "conclusion": outcome, "outputs": outputs}
        run_result.outputs[name.partition(" (")[0]] = {
            key: evaluator.text(text) for key, text in job.get("outputs", {}).items()
        }
        return "failure" if state["failed"] else "success"

    def _run_action(self, step: dict, evaluator: Evaluator, github: dict, work: Path, run_result: RunResult) -> str:
        action = step["uses"].partition("@")[0]
        action_inputs = {key: evaluator.evaluate_template(value) for key, value in step.get("with", {}).items()}
        if action == "actions/checkout":
            assert action_inputs == {"fetch-depth": "0", "persist-credentials": "false"}, action_inputs
            branch = None if github["event_name"] == "pull_request" else github["ref_name"]
            self.checked_out(work.name, github["sha"], branch)
        elif action == "github/codeql-action/upload-sarif":
            run_result.sarif_reports.append(json.loads(Path(action_inputs["sarif_file"]).read_text(encoding="utf-8")))
        else:
            assert action == "actions/setup-python", action
        return ""

    def _run_script(  # noqa: PLR0913, PLR0917
        self,
        name: str,
        step: dict,
        job: dict,
        evaluator: Evaluator,
        github: dict,
        work: Path,
        temp: Path,
        run_result: RunResult,
    ):
        output, summary, script, variables, paths = (
            temp / one for one in ("output", "summary", "script.sh", "variables", "paths")
        )
        for file in (output, summary):
            file.write_text("", encoding="utf-8")
        variables.touch()
        paths.touch()
        script.write_text(step["run"], encoding="utf-8")
        expressions = {**job.get("env", {}), **step.get("env", {})}
        step_environment = {key: evaluator.text(value) for key, value in expressions.items()}
        runner_variables = {
            "GITHUB_OUTPUT": output, "GITHUB_STEP_SUMMARY": summary, "GITHUB_ENV": variables, "GITHUB_PATH": paths,
            "RUNNER_TEMP": temp, "GITHUB_WORKSPACE": work,
            "GITHUB_SHA": github["sha"],
            "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_REF_NAME": github["ref_name"], "GITHUB_JOB": name.partition(" (")[0],
            "GITHUB_RUN_ID": self._count,
            "GITHUB_RUN_ATTEMPT": 1, "GITHUB_ACTIONS": "true", "CI": "true", "GH_STATE": self.state,
            "GH_PERMISSIONS": json.dumps(job["permissions"]), "GH_REPO": REPOSITORY,
        }  # fmt: skip
        environment = {
            **self.environment(),
            **{key: str(value) for key, value in runner_variables.items()},
            **step_environment,
        }
        environment |= outputs_of(variables.read_text(encoding="utf-8"))
        added = reversed(paths.read_text(encoding="utf-8").split())
        environment["PATH"] = os.pathsep.join([*added, environment["PATH"]])
        process = subprocess.run(
            ["bash", "-e", str(script)], cwd=work, env=environment, check=False, capture_output=True, text=True
        )
        run_result.summaries[name] = run_result.summaries.get(name, "") + summary.read_text(encoding="utf-8")
        outcome = "failure" if process.returncode else "success"
        return outcome, outputs_of(output.read_text(encoding="utf-8")), f"{process.stdout}{process.stderr}"

    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.pathsep.join([str(self._bin), os.environ["PATH"]]), "HOME": str(self._home), "PYTHONPATH": PYTHON_PATH,
            "PIP_NO_INDEX": "1", "PIP_QUIET": "1", "LC_ALL": "C.UTF-8", "GIT_TERMINAL_PROMPT": "0",
        }  # fmt: skip


def outputs_of(text: str) -> dict[str, str]:
    """The outputs that a step wrote to `$GITHUB_OUTPUT`."""
    result = {}
    for line in text.splitlines():
        name, sign, value = line.partition("=")
        assert re.fullmatch(r"[A-Za-z_][\w-]*", name), f"Invalid format '{line}'"
        assert sign, f"Invalid format '{line}'"
        result[name] = value
    return result


def as_list(value: object) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


def ancestors(name: str, jobs: dict) -> Iterator[str]:
    for need in as_list(jobs[name].get("needs")):
        yield need
        yield from ancestors(need, jobs)


def topological_order(jobs: dict) -> list[str]:
    """The jobs, each after those that it needs."""
    names: list[str] = []
    while len(names) < len(jobs):
        ready = [name for name in jobs if name not in names and set(as_list(jobs[name].get("needs"))) <= set(names)]
        assert ready, "the jobs need each other in a circle"
        names += ready
    return names


__all__ = ["REPOSITORY", "TOKEN", "RunResult", "Server", "to_text"]
