"""PMML scorecards: they are valid, cover each value exactly once, match the interface, and cases have the expected score."""

from collections.abc import Iterator

from compiler.execution.source_tests.comparison import first_mismatch
from compiler.execution.source_tests.pmml import pmml_scorecard
from compiler.execution.source_tests.pmml.pmml_scorecard import NUMERIC_TYPES, Scorecard
from compiler.execution.source_tests.pmml.pmml_tree import Node, PmmlError, parse_pmml
from compiler.execution.source_tests.worker_protocol import (
    Engine,
    FileCallback,
    Issue,
    IssueKind,
    Job,
    data_location,
    line_location,
    source_location,
    values_by_name,
)
from compiler.foundation.suggestions import closest_match
from compiler.spec.data_types import CaseData

_NON_MODEL_ELEMENTS = frozenset(
    {"Header", "DataDictionary", "TransformationDictionary", "MiningBuildTask", "Extension"}
)
_PIPELINE_HELP = "evaluate it in its pipeline"


def _run(job: Job, on_file: FileCallback) -> Iterator[Issue]:
    name, *other_names = job.file_names("files")
    for other_name in other_names:
        yield Issue(
            IssueKind.NOT_RUN,
            f"cases run the first model, `{name}`; `{other_name}` was not run",
            line_location(other_name),
        )
    on_file(name)
    try:
        yield from _model_issues(job, name, parse_pmml(job.content(name)), on_file)
    except PmmlError as error:
        yield _error_issue(name, error)


def _error_issue(name: str, error: PmmlError) -> Issue:
    kind = IssueKind.EXTERNAL_ACCESS if error.is_external else IssueKind.INVALID
    return Issue(kind, str(error), line_location(name, error.line, error.column))


def _model_issues(job: Job, name: str, root: Node, on_file: FileCallback) -> Iterator[Issue]:
    model = root.find_first("Scorecard")
    if model is None:
        other_model = next((node for node in root.children if node.name not in _NON_MODEL_ELEMENTS), root)
        message = f"`{other_model.name}` was not run: the only supported PMML model is `Scorecard`"
        yield Issue(IssueKind.NOT_RUN, message, line_location(name, other_model.line), _PIPELINE_HELP)
        return
    card = pmml_scorecard.load_scorecard(root, model)
    errors = list(pmml_scorecard.validation_errors(card))
    yield from (_error_issue(name, error) for error in errors)
    yield from _interface_issues(job, card)
    if errors:
        return  # other issues would be consequences
    for node, message in pmml_scorecard.coverage_gaps(card):
        yield Issue(IssueKind.COVERAGE_GAP, message, line_location(name, node.line))
    unsupported_nodes = list(pmml_scorecard.unsupported_nodes(root))
    for node, message in unsupported_nodes:
        yield Issue(
            IssueKind.NOT_RUN, f"{message}, and no case was run", line_location(name, node.line), _PIPELINE_HELP
        )
    for file, cases in job.cases.items() if not unsupported_nodes else ():
        on_file(file)
        for index, case in enumerate(cases):
            yield from _case_issues(card, file, index, case)


def _interface_issues(job: Job, card: Scorecard) -> Iterator[Issue]:
    """The interface's inputs and outputs are the model's."""
    input_types = {name: card.fields[name].attributes.get("dataType", "") for name in card.inputs}
    output_types = {name: node.attributes.get("dataType", "") for name, node in card.outputs.items()}
    for key, tensors, model_types in (
        ("inputs", job.interface.get("inputs", ()), input_types),
        ("outputs", job.interface.get("outputs", ()), output_types),
    ):
        interface_fields = {item["name"]: item for item in tensors}
        for name, item in interface_fields.items():
            if name not in model_types:
                suggestion = closest_match(name, sorted(model_types))
                help_ = f"did you mean `{suggestion}`?" if suggestion else None
                yield Issue(
                    IssueKind.SPEC_MISMATCH,
                    f"the scorecard has no {key[:-1]} `{name}`",
                    source_location("files"),
                    help_,
                )
            elif not _is_compatible(model_types[name], item["datatype"]):
                message = f"the {key[:-1]} `{name}` is {model_types[name]} in the scorecard, but {item['datatype']} in the interface"
                yield Issue(IssueKind.SPEC_MISMATCH, message, source_location("files"))
        for name in model_types if interface_fields and key == "inputs" else ():
            if name not in interface_fields:
                message = f"the scorecard requires `{name}`, which the interface does not declare"
                yield Issue(IssueKind.SPEC_MISMATCH, message, source_location("files"))


def _is_compatible(pmml_type: str, datatype: str) -> bool:
    """Whether a PMML type fits a type of the Open Inference Protocol; only three types are compared."""
    if not datatype:
        return True
    if pmml_type in NUMERIC_TYPES:
        return datatype.startswith(("FP", "BF", "INT", "UINT"))
    return {"string": "BYTES", "boolean": "BOOL"}.get(pmml_type, datatype) == datatype


def _case_issues(card: Scorecard, file: str, index: int, case: CaseData) -> Iterator[Issue]:
    case_input = values_by_name(case, file, index)
    if isinstance(case_input, Issue):
        yield case_input
        return
    for name in case_input:
        if name not in card.inputs:
            suggestion = closest_match(name, sorted(card.inputs))
            help_ = f"did you mean `{suggestion}`?" if suggestion else None
            yield Issue(
                IssueKind.SPEC_MISMATCH,
                f"the scorecard has no input `{name}`",
                data_location(file, index, "input", name),
                help_,
            )
            return
    values = {name: value for name, value in case_input.items() if isinstance(value, str | int | float | bool)}
    try:
        mismatch = first_mismatch(case, pmml_scorecard.evaluate(card, values))
    except PmmlError as error:
        yield Issue(
            IssueKind.WRONG_ANSWER, f"the case `{case['name']}` fails: {error}", data_location(file, index, "input")
        )
        return
    if mismatch is not None:
        yield Issue(IssueKind.WRONG_ANSWER, mismatch[1], data_location(file, index, "output", *mismatch[0]))


ENGINE = Engine(
    name="scorecard",
    title="the scorecard engine (PMML)",
    supports=lambda _, source: source.get("format") == "pmml" and bool(source.get("files")),
    run=_run,
    packages=("defusedxml",),
    tests_key="tests",
    has_case_files=True,
)
