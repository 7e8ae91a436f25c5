"""Routers of ensembles: each case's request takes the steps that it says, as KServe's router would have it."""

from collections.abc import Iterator, Sequence

from compiler.execution.source_tests.comparison import shown, wrong
from compiler.execution.source_tests.kserve_routes import UnansweredError, Walk, share, walk
from compiler.execution.source_tests.worker_protocol import Doing, Engine, Job, Kind, Remark, in_data, in_source
from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str
from compiler.foundation.suggestions import listed, nearest


def _run(job: Job, at: Doing) -> Iterator[Remark]:
    router = as_str(job.source["router"])
    steps = [as_object(step) for step in as_list(job.source.get("steps"))]
    yield from _dead(router, steps)
    taken: set[str] = set()
    for file, cases in job.cases.items():
        at(file)
        for index, case in enumerate(cases):
            mistakes = list(_mistakes(steps, file, index, case))
            yield from mistakes
            if not mistakes:
                yield from _judged(router, steps, file, index, case)
                taken.update(as_str(name) for name in as_list(case["output"]))
    if any(job.cases.values()) and router in {"switch", "sequence"}:
        yield from _untaken(steps, taken)


def _dead(router: str, steps: Sequence[Object]) -> Iterator[Remark]:
    """Steps that no request takes, whatever it says."""
    last: str | None = None
    for index, step in enumerate(steps):
        name = as_str(step["name"])
        if router == "splitter" and share(step) == 0:
            message = f"`{name}` has no share of the requests, so that it is never asked"
            yield Remark(Kind.DOUBTFUL, message, in_source("steps", index, "weight"), "remove the step, or give it one")
        if router == "switch" and last is not None:
            message = f"`{name}` is never asked: `{last}` before it takes every request"
            yield Remark(Kind.DOUBTFUL, message, in_source("steps", index), f"put it before `{last}`, or remove it")
        if router == "sequence" and index == 0 and "when" in step:
            message = f"`{name}` is asked first, and its condition looks at the answer before it: every request fails"
            yield Remark(Kind.DISAGREES, message, in_source("steps", index, "when"), "remove it, or make it a switch")
        if router == "switch" and last is None and "when" not in step:
            last = name


def _mistakes(steps: Sequence[Object], file: str, index: int, case: Object) -> Iterator[Remark]:
    """What a case says of steps that there are not."""
    names = [as_str(step["name"]) for step in steps]
    output = case["output"]
    if isinstance(output, str) or not isinstance(output, Sequence):
        message = f"the case `{case['name']}` expects {shown(output)}: expected the list of the steps that it takes"
        yield Remark(Kind.DISAGREES, message, in_data(file, index, "output"), f"such as [{names[0]}]")
        return
    for place, name in enumerate(output):
        if name not in names:
            yield _no_step(name, names, file, index, "output", place)
    for name in as_object(case.get("answers") or {}):
        if name not in names:
            yield _no_step(name, names, file, index, "answers", name)


def _no_step(name: Json, names: Sequence[str], file: str, *pointer: str | int) -> Remark:
    near = nearest(name, names) if isinstance(name, str) else None
    message = f"no step is called {f'`{name}`' if isinstance(name, str) else shown(name)}"
    help_ = f"did you mean `{near}`?" if near else f"the steps are {listed(names, last='and')}"
    return Remark(Kind.DISAGREES, message, in_data(file, *pointer), help_)


def _judged(router: str, steps: Sequence[Object], file: str, index: int, case: Object) -> Iterator[Remark]:
    if router == "splitter":
        yield from _split(steps, file, index, case)
        return
    try:
        came = walk(router, steps, case["input"], as_object(case.get("answers") or {}))
    except UnansweredError as error:
        message = f"the case `{case['name']}` says not what `{error}` answers, which the step after it looks at"
        yield Remark(Kind.DISAGREES, message, in_data(file, index), f"add `answers: {{{error}: …}}`")
        return
    expected = as_list(case["output"])
    if router == "ensemble":  # all are asked at once: no order of them is wrong
        expected, came = sorted(map(as_str, expected)), Walk(tuple(sorted(came.steps)))
    if found := wrong({**case, "output": expected}, came.steps):
        spot = in_data(file, index, "output", *(found[0] if router != "ensemble" else ()))
        yield Remark(Kind.WRONG, f"{found[1]}{f': {came.why}' if came.why else ''}", spot)


def _split(steps: Sequence[Object], file: str, index: int, case: Object) -> Iterator[Remark]:
    """A splitter asks one step, and which it is nobody knows."""
    asked = [as_str(step["name"]) for step in steps if share(step) != 0]
    expected = as_list(case["output"])
    if len(expected) != 1 or expected[0] not in asked:
        message = f"the case `{case['name']}` fails: expected {shown(expected)}, and one of {listed(asked)} is asked"
        yield Remark(Kind.WRONG, message, in_data(file, index, "output"))


def _untaken(steps: Sequence[Object], taken: set[str]) -> Iterator[Remark]:
    for index, step in enumerate(steps):
        name = as_str(step["name"])
        if name not in taken:
            message = f"no case takes the step `{name}`"
            yield Remark(Kind.NOT_RUN, message, in_source("steps", index), "add a case that does")


ENGINE = Engine(
    name="router",
    title="the router",
    takes=lambda type_, source: type_ == "ensemble" and "router" in source,
    run=_run,
    tests="tests",
    cases=True,
)
