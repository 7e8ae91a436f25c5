"""Prompts: their placeholders are the variables of the spec, and they contain no other template syntax."""

from collections.abc import Iterator

from compiler.execution.source_tests.worker_protocol import (
    Engine,
    FileCallback,
    Issue,
    IssueKind,
    Job,
    line_location,
    source_location,
)
from compiler.foundation.suggestions import closest_match
from compiler.spec.data_types import PromptData

_PLACEHOLDERS_ONLY = "a prompt can contain placeholders but no other template syntax"
_FORBIDDEN_TOKENS = {"block_begin": "a statement", "raw_begin": "a statement", "comment_begin": "a comment"}
_FORBIDDEN_NODES = {
    "Filter": "a filter",
    "Getattr": "an attribute",
    "Getitem": "a part of a value",
    "Call": "a call",
    "Test": "a test",
}


def _run(job: Job, on_file: FileCallback) -> Iterator[Issue]:
    for index, prompt in enumerate(job.source.get("prompts", ())):
        name = prompt["file"]
        on_file(name)
        if (unreadable_issue := _unreadable_issue(job, name)) is not None:
            yield unreadable_issue
            continue
        lines: dict[str, int] = {}
        issues = list(_placeholder_issues(name, job.text(name), lines))
        yield from issues
        if not issues:
            yield from _consistency_issues(index, prompt, lines)
    guardrails = job.source.get("guardrails", {})
    for item in (*guardrails.get("input", ()), *guardrails.get("output", ())):
        if "file" in item:
            name = item["file"]
            on_file(name)
            if (unreadable_issue := _unreadable_issue(job, name)) is not None:
                yield unreadable_issue


def _unreadable_issue(job: Job, name: str) -> Issue | None:
    content = job.content(name)
    try:
        if content.decode().strip():
            return None
    except UnicodeDecodeError as error:
        return Issue(
            IssueKind.INVALID, f"`{name}` is not UTF-8", line_location(name, content[: error.start].count(b"\n") + 1)
        )
    return Issue(IssueKind.INVALID, f"`{name}` is empty", line_location(name))


def _placeholder_issues(name: str, text: str, lines: dict[str, int]) -> Iterator[Issue]:
    """The issues of placeholders; `lines` receives each placeholder with its first line."""
    from jinja2 import Environment, TemplateSyntaxError

    parser = Environment()  # noqa: S701 - the template is parsed, never rendered
    try:
        for line, token, _ in parser.lex(text):
            if token in _FORBIDDEN_TOKENS:
                yield Issue(
                    IssueKind.INVALID, f"{_FORBIDDEN_TOKENS[token]}: {_PLACEHOLDERS_ONLY}", line_location(name, line)
                )
                return
        yield from _variable_issues(name, parser.parse(text), lines)
    except TemplateSyntaxError as error:
        yield Issue(IssueKind.INVALID, error.message or "it cannot be parsed", line_location(name, error.lineno))
    except RecursionError:
        yield Issue(IssueKind.INVALID, "it is nested too deeply to be parsed", line_location(name))


def _variable_issues(name: str, template: object, lines: dict[str, int]) -> Iterator[Issue]:
    from jinja2 import nodes

    assert isinstance(template, nodes.Template)  # noqa: S101 - narrows the type of the parser's result
    for output in template.find_all(nodes.Output):
        for node in output.nodes:
            if isinstance(node, nodes.Name):
                lines.setdefault(node.name, node.lineno)
            elif not isinstance(node, nodes.TemplateData):
                construct = _FORBIDDEN_NODES.get(type(node).__name__, "an expression")
                yield Issue(IssueKind.INVALID, f"{construct}: {_PLACEHOLDERS_ONLY}", line_location(name, node.lineno))


def _consistency_issues(index: int, prompt: PromptData, lines: dict[str, int]) -> Iterator[Issue]:
    spec_variables = prompt.get("variables", ())
    file = prompt["file"]
    for variable, line in lines.items():
        if variable not in spec_variables:
            suggestion = closest_match(variable, spec_variables)
            message = f"`{{{{ {variable} }}}}` is not one of the variables of `{prompt['name']}`"
            help_ = f"did you mean `{suggestion}`?" if suggestion else "add it to `variables`"
            yield Issue(IssueKind.SPEC_MISMATCH, message, line_location(file, line), help_)
    for position, variable in enumerate(spec_variables):
        if variable not in lines:
            message = f"`{file}` does not use `{{{{ {variable} }}}}`"
            yield Issue(IssueKind.SPEC_MISMATCH, message, source_location("prompts", index, "variables", position))


ENGINE = Engine(
    name="prompts",
    title="the parser of prompts",
    supports=lambda type_, source: (
        type_ in {"agent", "llm"} and bool(source.get("prompts") or source.get("guardrails"))
    ),
    run=_run,
)
