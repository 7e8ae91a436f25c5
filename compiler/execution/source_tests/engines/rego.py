"""Rego, by regorus: policies compile, decisions are where the spec says, and tests pass."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compiler.execution.source_tests import rego_ast
from compiler.execution.source_tests.comparison import first_mismatch
from compiler.execution.source_tests.worker_protocol import (
    Engine,
    FileCallback,
    Issue,
    IssueKind,
    Job,
    data_location,
    line_location,
    source_location,
)
from compiler.foundation.json_data import Json, Object
from compiler.foundation.suggestions import closest_match
from compiler.source.data_files import read_data_file

if TYPE_CHECKING:
    from regorus import Engine as Regorus

_ERROR_LOCATION = re.compile(r"^-->\s*(?P<file>[^\n]+):(?P<line>\d+):(?P<column>\d+)$", re.MULTILINE)
_ERROR_MESSAGE = re.compile(r"^error: (?P<text>.+)$", re.MULTILINE)
_UNDEFINED_IN_OPA = re.compile(r"divide by zero|modulo by zero|expects .*argument|could not parse")
"""Errors that stop regorus, but are undefined in OPA: openpolicyagent.org/docs/policy-language, "Errors"."""
_UNKNOWN_FUNCTION = "could not find function "
_OPA_ONLY_PREFIXES = ("crypto.", "graphql.", "io.jwt.", "providers.", "rego.", "strings.render_template")
"""OPA's built-in functions (openpolicyagent.org/docs/policy-reference/builtins) that regorus lacks."""
_EXTERNAL_FUNCTIONS = frozenset({"http.send", "net.lookup_ip_addr", "opa.runtime"})
"""OPA functions whose result depends on the outside: a server, a resolver, the environment."""


@dataclass(frozen=True, slots=True)
class _LoadedPolicies:
    """An engine with all files loaded, and their syntax trees."""

    regorus: Regorus
    modules: Mapping[str, Object]
    data: Mapping[str, Object]

    def evaluate(self, path: rego_ast.Path, input_document: Json = None) -> Json:
        """The value of the rule at the path, `None` if undefined; raises `RuntimeError`."""
        self.regorus.set_input_json(json.dumps(input_document))
        query = "data" + "".join(f"[{json.dumps(part)}]" for part in path)
        result: Json = json.loads(self.regorus.eval_query_as_json(query))
        match result:
            case {"result": [{"expressions": [{"value": value}, *_]}, *_]}:
                return value
        return None

    def rules(self) -> Iterator[tuple[str, rego_ast.RegoSymbol]]:
        """Each rule, with its file."""
        for file, module in self.modules.items():
            for rule in rego_ast.rules(module):
                yield file, rule


def _run(job: Job, on_file: FileCallback) -> Iterator[Issue]:
    policies = _load_policies(job, on_file)
    if isinstance(policies, Issue):
        yield policies
        return
    yield from _external_call_issues(policies)
    for issues in (
        _conflict_issues(policies),
        _entrypoint_issues(job, policies, on_file),
        _test_issues(policies, on_file, _rego_test_files(job)),
    ):
        for issue in issues:
            yield issue
            if issue.kind is IssueKind.INVALID:
                return  # other issues would be consequences
    yield from _case_issues(job, policies, on_file)


def _rego_test_files(job: Job) -> tuple[str, ...]:
    return tuple(name for name in job.file_names("tests") if name.endswith(".rego"))


def _load_policies(job: Job, on_file: FileCallback) -> _LoadedPolicies | Issue:
    """Load the files into an engine; returns why one cannot be loaded."""
    from regorus import Engine as Regorus

    regorus = Regorus()
    regorus.set_gather_prints(True)
    data: dict[str, Object] = {}
    for name in dict.fromkeys((*job.file_names("files"), *_rego_test_files(job))):
        on_file(name)
        try:
            if name.endswith(".rego"):
                regorus.add_policy(name, job.text(name))
                continue
            data_object = _read_data(name, job)
            if isinstance(data_object, Issue):
                return data_object
            data[name] = data_object
            regorus.add_data_json(json.dumps(data_object))
        except RuntimeError as error:
            return _error_issue(error, name)
    modules = json.loads(regorus.get_ast_as_json())
    modules_by_file = {module["source"]["file"]: module["ast"] for module in modules}
    return _LoadedPolicies(regorus, modules_by_file, data)


def _read_data(name: str, job: Job) -> Object | Issue:
    data_file = read_data_file(job.content(name), name)
    for finding in data_file.findings:
        location = finding.location
        line, column = (location.line, location.column) if location else (1, 1)
        return Issue(IssueKind.INVALID, finding.message, line_location(name, line, column))
    if not isinstance(data_file.value, Mapping):
        return Issue(
            IssueKind.INVALID, f"`{name}` is not a map, but OPA requires data files to be maps", line_location(name)
        )
    return data_file.value


def _error_issue(error: RuntimeError, file: str) -> Issue:
    """The issue for an error of regorus, at the line that it reports."""
    error_text = str(error).split("\n\nStack backtrace", 1)[0]
    text = (_ERROR_MESSAGE.search(error_text) or {"text": error_text.strip().split("\n", 1)[0]})["text"]
    location_match = _ERROR_LOCATION.search(error_text)
    location = (
        line_location(location_match["file"], int(location_match["line"]), int(location_match["column"]))
        if location_match
        else line_location(file)
    )
    function = text.removeprefix(_UNKNOWN_FUNCTION)
    if function != text and function.startswith(_OPA_ONLY_PREFIXES):
        message = f"`{function}` is a function of OPA that the test engine does not support, so that no tests were run"
        return Issue(IssueKind.NOT_RUN, message, location, "run `opa test` on the files in your pipeline")
    if _UNDEFINED_IN_OPA.search(text):
        message = f"{text}: tests that reach this line have no result here; in OPA the expression is undefined"
        return Issue(
            IssueKind.WRONG_ANSWER,
            message,
            location,
            "check the operands before this line, as in `is_number(input.amount)`",
        )
    return Issue(IssueKind.INVALID, text, location)


def _external_call_issues(policies: _LoadedPolicies) -> Iterator[Issue]:
    for file, module in policies.modules.items():
        for call in rego_ast.calls(module):
            name = ".".join(call.path)
            if name in _EXTERNAL_FUNCTIONS:
                message = f"the result of `{name}` depends on the environment, and is not under review"
                yield Issue(IssueKind.EXTERNAL_ACCESS, message, line_location(file, call.line, call.column))


def _conflict_issues(policies: _LoadedPolicies) -> Iterator[Issue]:
    """Data at the path of a rule: OPA refuses to start with both."""
    for name, data in policies.data.items():
        for file, rule in policies.rules():
            value: Json = data
            for part in rule.path:
                value = value.get(part) if isinstance(value, Mapping) else None
            if value is not None:
                message = f"the rule `{'.'.join(rule.path)}` is also in `{file}`"
                yield Issue(IssueKind.INVALID, message, data_location(name, *rule.path), "rename one of the two")


def _entrypoint_issues(job: Job, policies: _LoadedPolicies, on_file: FileCallback) -> Iterator[Issue]:
    entrypoint = job.source.get("entrypoint")
    if not isinstance(entrypoint, str):
        return
    path = _split_path(entrypoint)
    rule_files = {rule.path: file for file, rule in policies.rules() if file in job.file_names("files")}
    rule_file = next((file for rule, file in rule_files.items() if rule[: len(path)] == path), None)
    if rule_file is None:
        suggestion = closest_match(entrypoint, ("/".join(rule) for rule in sorted(rule_files)))
        message = f"no file has a rule `{entrypoint}`"
        yield Issue(
            IssueKind.SPEC_MISMATCH,
            message,
            source_location("entrypoint"),
            f"did you mean `{suggestion}`?" if suggestion else None,
        )
        return
    on_file(rule_file)
    try:
        policies.evaluate(path, {})
    except RuntimeError as error:
        issue = _error_issue(error, rule_file)
        if issue.kind is not IssueKind.WRONG_ANSWER:  # an empty query is never evaluated
            yield issue


def _split_path(path: str) -> rego_ast.Path:
    return tuple(path.replace(".", "/").split("/"))


def _test_issues(policies: _LoadedPolicies, on_file: FileCallback, files: tuple[str, ...]) -> Iterator[Issue]:
    """Each rule whose name starts with `test_`, as `opa test` runs them: if it is not true, the test fails."""
    for file in files:
        on_file(file)
        tests = {
            rule.path: rule for rule in rego_ast.rules(policies.modules[file]) if rule.path[-1].startswith("test_")
        }
        if not tests:
            message = f"`{file}` has no rule whose name begins with `test_`, so that it contains no tests"
            yield Issue(IssueKind.SUSPICIOUS, message, line_location(file))
        for path, rule in tests.items():
            try:
                has_passed = policies.evaluate(path) is True
            except RuntimeError as error:
                yield _error_issue(error, file)
                continue
            if not has_passed:
                yield Issue(
                    IssueKind.WRONG_ANSWER, f"the test `{path[-1]}` fails", line_location(file, rule.line, rule.column)
                )


def _case_issues(job: Job, policies: _LoadedPolicies, on_file: FileCallback) -> Iterator[Issue]:
    entrypoint = job.source.get("entrypoint")
    for file, cases in job.cases.items():
        on_file(file)
        if not isinstance(entrypoint, str):
            message = "there are cases, but the spec has no `entrypoint` to evaluate"
            yield Issue(
                IssueKind.SPEC_MISMATCH, message, source_location("tests"), "add `entrypoint: <package>/<rule>`"
            )
            return
        for index, case in enumerate(cases):
            try:
                mismatch = first_mismatch(case, policies.evaluate(_split_path(entrypoint), case["input"]))
            except RuntimeError as error:
                yield _error_issue(error, file)
                continue
            if mismatch is not None:
                pointer, message = mismatch
                yield Issue(IssueKind.WRONG_ANSWER, message, data_location(file, index, "output", *pointer))


ENGINE = Engine(
    name="rego",
    title="the Rego engine (regorus)",
    supports=lambda _, source: source.get("engine") == "opa",
    run=_run,
    packages=("regorus",),
    tests_key="tests",
    has_case_files=True,
    test_suffixes=(".rego",),
)
