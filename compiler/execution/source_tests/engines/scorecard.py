"""Scorecards in PMML: they can be so, cover each value once, agree with the interface, and add up as cases say."""

from collections.abc import Iterator

from compiler.execution.source_tests.comparison import wrong
from compiler.execution.source_tests.pmml import pmml_scorecard as scorecards
from compiler.execution.source_tests.pmml.pmml_scorecard import NUMBERS, Scorecard
from compiler.execution.source_tests.pmml.pmml_tree import Node, PmmlError, parsed
from compiler.execution.source_tests.worker_protocol import (
    Doing,
    Engine,
    Job,
    Kind,
    Remark,
    at_line,
    in_data,
    in_source,
)
from compiler.foundation.json_data import Object, as_list, as_object, as_str
from compiler.foundation.suggestions import nearest

_AROUND = frozenset({"Header", "DataDictionary", "TransformationDictionary", "MiningBuildTask", "Extension"})
_ELSEWHERE = "evaluate it in its pipeline"


def _run(job: Job, at: Doing) -> Iterator[Remark]:
    name, *others = job.named("files")
    for other in others:
        yield Remark(Kind.NOT_RUN, f"cases ask `{name}`, the first model: `{other}` was not run", at_line(other))
    at(name)
    try:
        yield from _model(job, name, parsed(job.content(name)), at)
    except PmmlError as error:
        yield _broken(name, error)


def _broken(name: str, error: PmmlError) -> Remark:
    kind = Kind.REACHES_OUT if error.reaches_out else Kind.BROKEN
    return Remark(kind, str(error), at_line(name, error.line, error.column))


def _model(job: Job, name: str, root: Node, at: Doing) -> Iterator[Remark]:
    model = root.first("Scorecard")
    if model is None:
        other = next((node for node in root.children if node.name not in _AROUND), root)
        message = f"`{other.name}` is not run here: of PMML a `Scorecard` is"
        yield Remark(Kind.NOT_RUN, message, at_line(name, other.line), _ELSEWHERE)
        return
    card = scorecards.of(root, model)
    mistakes = list(scorecards.mistakes(card))
    yield from (_broken(name, mistake) for mistake in mistakes)
    yield from _agreement(job, card)
    if mistakes:
        return  # the rest would follow from it
    for node, message in scorecards.uncovered(card):
        yield Remark(Kind.UNCOVERED, message, at_line(name, node.line))
    left_out = list(scorecards.left_out(root))
    for node, message in left_out:
        yield Remark(Kind.NOT_RUN, f"{message}, and so is no case", at_line(name, node.line), _ELSEWHERE)
    for file, cases in job.cases.items() if not left_out else ():
        at(file)
        for index, case in enumerate(cases):
            yield from _asked(card, file, index, case)


def _agreement(job: Job, card: Scorecard) -> Iterator[Remark]:
    """The interface's inputs and outputs are the model's."""
    types = {
        "inputs": {name: card.fields[name].attributes.get("dataType", "") for name in card.inputs},
        "outputs": {name: node.attributes.get("dataType", "") for name, node in card.outputs.items()},
    }
    for key, known in types.items():
        said = {as_str(item.get("name")): item for item in map(as_object, as_list(job.interface.get(key)))}
        for name, item in said.items():
            if name not in known:
                near = nearest(name, sorted(known))
                help_ = f"did you mean `{near}`?" if near else None
                yield Remark(Kind.DISAGREES, f"the scorecard has no {key[:-1]} `{name}`", in_source("files"), help_)
            elif not _fits(known[name], as_str(item.get("datatype"))):
                message = f"the {key[:-1]} `{name}` is {known[name]} in the scorecard, and {item['datatype']} in the interface"
                yield Remark(Kind.DISAGREES, message, in_source("files"))
        for name in known if said and key == "inputs" else ():
            if name not in said:
                message = f"the scorecard asks for `{name}`, which the interface does not name"
                yield Remark(Kind.DISAGREES, message, in_source("files"))


def _fits(held: str, datatype: str) -> bool:
    """Whether a type of PMML goes into one of the Open Inference Protocol; of others than these three nothing is said."""
    if not datatype:
        return True
    if held in NUMBERS:
        return datatype.startswith(("FP", "BF", "INT", "UINT"))
    return {"string": "BYTES", "boolean": "BOOL"}.get(held, datatype) == datatype


def _asked(card: Scorecard, file: str, index: int, case: Object) -> Iterator[Remark]:
    given = as_object(case["input"])
    for name in given:
        if name not in card.inputs:
            near = nearest(name, sorted(card.inputs))
            help_ = f"did you mean `{near}`?" if near else None
            yield Remark(
                Kind.DISAGREES, f"the scorecard has no input `{name}`", in_data(file, index, "input", name), help_
            )
            return
    values = {name: value for name, value in given.items() if isinstance(value, str | int | float | bool)}
    try:
        found = wrong(case, scorecards.answer(card, values))
    except PmmlError as error:
        yield Remark(Kind.WRONG, f"the case `{case['name']}` fails: {error}", in_data(file, index, "input"))
        return
    if found is not None:
        yield Remark(Kind.WRONG, found[1], in_data(file, index, "output", *found[0]))


ENGINE = Engine(
    name="scorecard",
    title="the scorecard engine (PMML)",
    takes=lambda _, source: source.get("format") == "pmml" and bool(source.get("files")),
    run=_run,
    packages=("defusedxml",),
    tests="tests",
    cases=True,
)
