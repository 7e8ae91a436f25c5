"""A runner of GitHub Actions, as far as the rendered workflows go: jobs in order, matrices, conditions, and their steps for real.

`actions/checkout` is a clone, `actions/setup-python` is there already, and what is handed to code scanning is kept. Everything else
is a script, which bash runs as GitHub's runners do.
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

from .expressions import Evaluator, shown

ROOT = Path(__file__).resolve().parents[2]
REPOSITORY = "bank/models"
TOKEN = "the-token-of-the-job"


@dataclass
class Done:
    """What came of a run: how each job ended, what each printed, and its outputs."""

    results: dict[str, str] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    steps: dict[str, dict[str, str]] = field(default_factory=dict)
    summaries: dict[str, str] = field(default_factory=dict)
    scanned: list[dict] = field(default_factory=list)

    @property
    def log(self) -> str:
        return "\n".join(f"== {job}\n{text}" for job, text in self.logs.items())


class Server:
    """A repository with its remote, and the workflows that its commits hold."""

    def __init__(self, folder: Path, origin: Path, others: dict[str, Path]) -> None:
        self.folder = folder
        self.origin = origin
        self.state = folder / "gh.json"
        self._count = 0
        self._bin = folder / "bin"
        self._home = folder / "home"
        self._bin.mkdir(parents=True)
        self._home.mkdir()
        config = "[user]\n\tname = nobody\n\temail = nobody@bank.example\n[safe]\n\tdirectory = *\n[init]\n\tdefaultBranch = main\n"
        config += "".join(f'[url "{path}"]\n\tinsteadOf = {address}\n' for address, path in others.items())
        (self._home / ".gitconfig").write_text(config, encoding="utf-8")
        python = shlex.quote(sys.executable)
        for name, words in {"modelyard": "-m compiler", "python": "", "gh": shlex.quote(str(ROOT / "tests" / "ci" / "gh.py"))}.items():
            (self._bin / name).write_text(f'#!/bin/sh\nexec {python} {words} "$@"\n', encoding="utf-8")
            (self._bin / name).chmod(0o755)

    @property
    def asked(self) -> dict:
        """What GitHub was asked to keep."""
        return json.loads(self.state.read_text()) if self.state.exists() else {}

    def git(self, *words: str, at: Path | None = None) -> str:
        done = subprocess.run(["git", *words], cwd=at or self.origin, env=self.environment(), check=False, capture_output=True, text=True)
        assert done.returncode == 0, f"git {words}: {done.stderr}"
        return done.stdout.strip()

    def checked_out(self, name: str, commit: str, branch: str | None = None) -> Path:
        """A clone at a commit."""
        folder = self.folder / name
        self.git("clone", "-q", str(self.origin), str(folder), at=self.folder)
        self.git("checkout", "-q", *(["-B", branch] if branch else ["--detach"]), commit, at=folder)
        return folder

    def run(self, workflow: str, event: str, commit: str, ref: str = "main", inputs: dict | None = None, **payload: object) -> Done:
        """What comes of an event at a commit."""
        self._count += 1
        at = self.checked_out(f"read-{self._count}", commit)
        said = yaml.safe_load((at / ".github" / "workflows" / workflow).read_text(encoding="utf-8"))
        assert event in said["on"], f"{workflow} is not started by {event}"
        shutil.rmtree(at)
        unknown = set(inputs or {}) - set(said["on"].get("workflow_dispatch", {}).get("inputs", {}))
        assert not unknown, f"{workflow} has no inputs {unknown}"
        github = {
            "event_name": event, "event": {"repository": {"default_branch": "main"}, **payload}, "sha": commit, "ref_name": ref,
            "ref": f"refs/heads/{ref}", "workflow": said["name"], "repository": REPOSITORY, "token": TOKEN,
            "server_url": "https://github.com",
        }  # fmt: skip
        done = Done()
        for job in ordered(said["jobs"]):
            self._job(job, said["jobs"], github, inputs or {}, done)
        if workflow == "modelyard-deliver.yml" and "failure" not in done.results.values():
            state = self.asked
            state.setdefault("delivered", []).append({"workflow": workflow, "branch": ref, "sha": commit})
            self.state.write_text(json.dumps(state))
        return done

    def _job(self, name: str, jobs: dict, github: dict, inputs: dict, done: Done) -> None:
        job = jobs[name]
        needs = listed(job.get("needs"))
        above = {one for need in needs for one in (need, *ancestors(need, jobs))}
        functions = {
            "success": lambda: all(done.results[need] == "success" for need in needs),
            "failure": lambda: any(done.results[one] == "failure" for one in above),
            "cancelled": lambda: False,
            "always": lambda: True,
        }
        known = {need: {"result": done.results[need], "outputs": done.outputs.get(need, {})} for need in needs}
        contexts = {"github": github, "inputs": inputs, "needs": known, "secrets": {"MODELYARD_DELIVERY_TOKEN": "the-token-of-others"}}
        evaluator = Evaluator(contexts, functions)
        if not evaluator.holds(job.get("if")):
            done.results[name] = "skipped"
            return
        matrix = evaluator.filled(job["strategy"]["matrix"]["include"]) if "strategy" in job else [{}]
        assert matrix, f"{name}: a matrix without a job is a mistake"
        results = []
        for index, entry in enumerate(matrix):
            own = {**contexts, "matrix": entry, "strategy": {"job-index": index}}
            results.append(self._steps(name if len(matrix) == 1 else f"{name} ({index})", job, own, done))
        done.results[name] = "failure" if "failure" in results else "success"

    def _steps(self, name: str, job: dict, contexts: dict, done: Done) -> str:
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
        log = done.logs[name] = f"{title}\n"
        done.steps[name] = {}
        for step in job["steps"]:
            if not evaluator.holds(step.get("if")):
                outcome, outputs, said = "skipped", {}, ""
            elif "uses" in step:
                outcome, outputs, said = "success", {}, self._used(step, evaluator, contexts["github"], work, done)
            else:
                outcome, outputs, said = self._scripted(name, step, job, evaluator, contexts["github"], work, temp, done)
            log = done.logs[name] = f"{log}-- {step['name']}: {outcome}\n{said}"
            done.steps[name][step["name"]] = outcome
            state["failed"] = state["failed"] or outcome == "failure"
            if "id" in step:
                steps[step["id"]] = {"outcome": outcome, "conclusion": outcome, "outputs": outputs}
        done.outputs[name.partition(" (")[0]] = {key: evaluator.text(text) for key, text in job.get("outputs", {}).items()}
        return "failure" if state["failed"] else "success"

    def _used(self, step: dict, evaluator: Evaluator, github: dict, work: Path, done: Done) -> str:
        action = step["uses"].partition("@")[0]
        with_ = {key: evaluator.filled(value) for key, value in step.get("with", {}).items()}
        if action == "actions/checkout":
            assert with_ == {"fetch-depth": "0", "persist-credentials": "false"}, with_
            branch = None if github["event_name"] == "pull_request" else github["ref_name"]
            self.checked_out(work.name, github["sha"], branch)
        elif action == "github/codeql-action/upload-sarif":
            done.scanned.append(json.loads(Path(with_["sarif_file"]).read_text(encoding="utf-8")))
        else:
            assert action == "actions/setup-python", action
        return ""

    def _scripted(self, name: str, step: dict, job: dict, evaluator: Evaluator, github: dict, work: Path, temp: Path, done: Done):  # noqa: PLR0913, PLR0917
        output, summary, script, variables, paths = (temp / one for one in ("output", "summary", "script.sh", "variables", "paths"))
        for file in (output, summary):
            file.write_text("", encoding="utf-8")
        variables.touch()
        paths.touch()
        script.write_text(step["run"], encoding="utf-8")
        said = {**job.get("env", {}), **step.get("env", {})}
        own = {key: evaluator.text(value) for key, value in said.items()}
        about = {
            "GITHUB_OUTPUT": output, "GITHUB_STEP_SUMMARY": summary, "GITHUB_ENV": variables, "GITHUB_PATH": paths,
            "RUNNER_TEMP": temp, "GITHUB_WORKSPACE": work,
            "GITHUB_SHA": github["sha"],
            "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_REF_NAME": github["ref_name"], "GITHUB_JOB": name.partition(" (")[0],
            "GITHUB_RUN_ID": self._count,
            "GITHUB_RUN_ATTEMPT": 1, "GITHUB_ACTIONS": "true", "CI": "true", "GH_STATE": self.state,
            "GH_PERMISSIONS": json.dumps(job["permissions"]), "GH_REPO": REPOSITORY,
        }  # fmt: skip
        environment = {**self.environment(), **{key: str(value) for key, value in about.items()}, **own}
        environment |= outputs_of(variables.read_text(encoding="utf-8"))
        added = reversed(paths.read_text(encoding="utf-8").split())
        environment["PATH"] = os.pathsep.join([*added, environment["PATH"]])
        ran = subprocess.run(["bash", "-e", str(script)], cwd=work, env=environment, check=False, capture_output=True, text=True)
        done.summaries[name] = done.summaries.get(name, "") + summary.read_text(encoding="utf-8")
        outcome = "failure" if ran.returncode else "success"
        return outcome, outputs_of(output.read_text(encoding="utf-8")), f"{ran.stdout}{ran.stderr}"

    def environment(self) -> dict[str, str]:
        python_path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        return {
            "PATH": os.pathsep.join([str(self._bin), os.environ["PATH"]]), "HOME": str(self._home), "PYTHONPATH": python_path,
            "PIP_NO_INDEX": "1", "PIP_QUIET": "1", "LC_ALL": "C.UTF-8", "GIT_TERMINAL_PROMPT": "0",
        }  # fmt: skip


def outputs_of(text: str) -> dict[str, str]:
    """What a step said in `$GITHUB_OUTPUT`."""
    found = {}
    for line in text.splitlines():
        name, sign, value = line.partition("=")
        assert re.fullmatch(r"[A-Za-z_][\w-]*", name), f"Invalid format '{line}'"
        assert sign, f"Invalid format '{line}'"
        found[name] = value
    return found


def listed(said: object) -> list[str]:
    return [said] if isinstance(said, str) else list(said or [])


def ancestors(name: str, jobs: dict) -> Iterator[str]:
    for need in listed(jobs[name].get("needs")):
        yield need
        yield from ancestors(need, jobs)


def ordered(jobs: dict) -> list[str]:
    """The jobs, each after those that it needs."""
    found: list[str] = []
    while len(found) < len(jobs):
        ready = [name for name in jobs if name not in found and set(listed(jobs[name].get("needs"))) <= set(found)]
        assert ready, "the jobs need each other in a circle"
        found += ready
    return found


__all__ = ["REPOSITORY", "TOKEN", "Done", "Server", "shown"]
