"""Routers of ensembles: each case's request takes the expected steps, as in KServe's router."""

from collections.abc import Iterator, Sequence

from compiler.execution.source_tests.comparison import first_mismatch, short_json
from compiler.execution.source_tests.kserve_routes import MissingAnswerError, Route, route_request, traffic_percent
from compiler.execution.source_tests.worker_protocol import (
    Engine,
    FileCallback,
    Issue,
    IssueKind,
    Job,
    data_location,
    source_location,
)
from compiler.foundation.json_data import Json
from compiler.foundation.suggestions import closest_match, quote_list
from compiler.spec.data_types import CaseData, EnsembleStepData


def _run(job: Job, on_file: FileCallback) -> Iterator[Issue]:
    router, steps = job.source["router"], job.source["steps"]
    yield from _unreachable_step_issues(router, steps)
    covered_steps: set[str] = set()
    for file, cases in job.cases.items():
        on_file(file)
        for index, case in enumerate(cases):
            case_errors = list(_case_errors(steps, file, index, case))
            yield from case_errors
            if not case_errors:
                yield from _route_issues(router, steps, file, index, case)
                covered_steps.update(_expected_steps(case))
    if any(job.cases.values()) and router in {"switch", "sequence"}:
        yield from _uncovered_step_issues(steps, covered_steps)


def _unreachable_step_issues(router: str, steps: Sequence[EnsembleStepData]) -> Iterator[Issue]:
    """Steps that no request can reach."""
    default_step: str | None = None
    for index, step in enumerate(steps):
        name = step["name"]
        if router == "splitter" and traffic_percent(step) == 0:
            message = f"`{name}` has no share of the requests, so that it is never called"
            yield Issue(
                IssueKind.SUSPICIOUS,
                message,
                source_location("steps", index, "weight"),
                "remove the step, or give it a `weight`",
            )
        if router == "switch" and default_step is not None:
            message = f"`{name}` is never called: `{default_step}` before it receives every request"
            yield Issue(
                IssueKind.SUSPICIOUS,
                message,
                source_location("steps", index),
                f"move it before `{default_step}`, or remove it",
            )
        if router == "sequence" and index == 0 and "when" in step:
            message = f"`{name}` is the first step, but its condition reads the response of the step before it: every request fails"
            yield Issue(
                IssueKind.SPEC_MISMATCH,
                message,
                source_location("steps", index, "when"),
                "remove the condition, or make the router a switch",
            )
        if router == "switch" and default_step is None and "when" not in step:
            default_step = name


def _case_errors(steps: Sequence[EnsembleStepData], file: str, index: int, case: CaseData) -> Iterator[Issue]:
    """Steps that a case names and the router does not have."""
    names = [step["name"] for step in steps]
    output = case["output"]
    if isinstance(output, str) or not isinstance(output, Sequence):
        message = f"the case `{case['name']}` expects {short_json(output)}: expected a list of steps"
        yield Issue(
            IssueKind.SPEC_MISMATCH,
            message,
            data_location(file, index, "output"),
            f"write the steps that the request passes, such as [{names[0]}]",
        )
        return
    for position, name in enumerate(output):
        if name not in names:
            yield _unknown_step_issue(name, names, file, index, "output", position)
    for name in case.get("responses", {}):
        if name not in names:
            yield _unknown_step_issue(name, names, file, index, "responses", name)


def _expected_steps(case: CaseData) -> Sequence[str]:
    """The steps that a case expects, once its output is known to be a list of names."""
    output = case["output"]
    return [name for name in output if isinstance(name, str)] if isinstance(output, list) else []


def _unknown_step_issue(name: Json, names: Sequence[str], file: str, *pointer: str | int) -> Issue:
    suggestion = closest_match(name, names) if isinstance(name, str) else None
    message = f"there is no step {f'`{name}`' if isinstance(name, str) else short_json(name)}"
    help_ = f"did you mean `{suggestion}`?" if suggestion else f"the steps are {quote_list(names, conjunction='and')}"
    return Issue(IssueKind.SPEC_MISMATCH, message, data_location(file, *pointer), help_)


def _route_issues(
    router: str, steps: Sequence[EnsembleStepData], file: str, index: int, case: CaseData
) -> Iterator[Issue]:
    if router == "splitter":
        yield from _splitter_issues(steps, file, index, case)
        return
    try:
        route = route_request(router, steps, case["input"], case.get("responses", {}))
    except MissingAnswerError as error:
        message = f"the case `{case['name']}` lacks the response of `{error}`, which the next step reads"
        yield Issue(IssueKind.SPEC_MISMATCH, message, data_location(file, index), f"add `responses: {{{error}: …}}`")
        return
    expected_steps = _expected_steps(case)
    if router == "ensemble":  # an ensemble calls all steps at once: their order does not matter
        expected_steps, route = sorted(expected_steps), Route(tuple(sorted(route.steps)))
    if mismatch := first_mismatch({**case, "output": expected_steps}, route.steps):
        location = data_location(file, index, "output", *(mismatch[0] if router != "ensemble" else ()))
        yield Issue(IssueKind.WRONG_ANSWER, f"{mismatch[1]}{f': {route.reason}' if route.reason else ''}", location)


def _splitter_issues(steps: Sequence[EnsembleStepData], file: str, index: int, case: CaseData) -> Iterator[Issue]:
    """A splitter calls one step, chosen at random."""
    reachable_steps = [step["name"] for step in steps if traffic_percent(step) != 0]
    expected_steps = _expected_steps(case)
    if len(expected_steps) != 1 or expected_steps[0] not in reachable_steps:
        message = (
            f"the case `{case['name']}` fails: expected {short_json(expected_steps)}, but one of "
            f"{quote_list(reachable_steps)} is called"
        )
        yield Issue(IssueKind.WRONG_ANSWER, message, data_location(file, index, "output"))


def _uncovered_step_issues(steps: Sequence[EnsembleStepData], covered_steps: set[str]) -> Iterator[Issue]:
    for index, step in enumerate(steps):
        name = step["name"]
        if name not in covered_steps:
            message = f"no case reaches the step `{name}`"
            yield Issue(IssueKind.NOT_RUN, message, source_location("steps", index), "add a case that reaches it")


ENGINE = Engine(
    name="router",
    title="the router",
    supports=lambda type_, source: type_ == "ensemble" and "router" in source,
    run=_run,
    tests_key="tests",
    has_case_files=True,
)
