"""Prompts: their placeholders are the variables that the spec names, and they hold nothing else that would be run."""

from collections.abc import Iterator

from compiler.execution.source_tests.worker_protocol import Doing, Engine, Job, Kind, Remark, at_line, in_source
from compiler.foundation.json_data import Object, as_list, as_object, as_str
from compiler.foundation.suggestions import nearest

_ALONE = "a prompt has placeholders and nothing else"
_TOKENS = {"block_begin": "a statement", "raw_begin": "a statement", "comment_begin": "a comment"}
_NODES = {
    "Filter": "a filter",
    "Getattr": "an attribute",
    "Getitem": "a part of a value",
    "Call": "a call",
    "Test": "a test",
}


def _run(job: Job, at: Doing) -> Iterator[Remark]:
    for index, item in enumerate(as_list(job.source.get("prompts"))):
        prompt = as_object(item)
        name = as_str(prompt["file"])
        at(name)
        if (bad := _unreadable(job, name)) is not None:
            yield bad
            continue
        lines: dict[str, int] = {}
        remarks = list(_placeholders(name, job.text(name), lines))
        yield from remarks
        if not remarks:
            yield from _agreement(index, prompt, lines)
    guardrails = as_object(job.source.get("guardrails") or {})
    for item in (*as_list(guardrails.get("input")), *as_list(guardrails.get("output"))):
        if "file" in as_object(item):
            name = as_str(as_object(item)["file"])
            at(name)
            if (bad := _unreadable(job, name)) is not None:
                yield bad


def _unreadable(job: Job, name: str) -> Remark | None:
    content = job.content(name)
    try:
        if content.decode().strip():
            return None
    except UnicodeDecodeError as error:
        return Remark(Kind.BROKEN, f"`{name}` is no UTF-8", at_line(name, content[: error.start].count(b"\n") + 1))
    return Remark(Kind.BROKEN, f"`{name}` is empty", at_line(name))


def _placeholders(name: str, text: str, lines: dict[str, int]) -> Iterator[Remark]:
    """What stands between braces; `lines` takes each placeholder with the line that it stands in first."""
    from jinja2 import Environment, TemplateSyntaxError

    parser = Environment()  # noqa: S701 - it is parsed, and never rendered
    try:
        for line, token, _ in parser.lex(text):
            if token in _TOKENS:
                yield Remark(Kind.BROKEN, f"{_TOKENS[token]}: {_ALONE}", at_line(name, line))
                return
        yield from _variables(name, parser.parse(text), lines)
    except TemplateSyntaxError as error:
        yield Remark(Kind.BROKEN, error.message or "it cannot be read", at_line(name, error.lineno))
    except RecursionError:
        yield Remark(Kind.BROKEN, "it is nested too deeply to be read", at_line(name))


def _variables(name: str, template: object, lines: dict[str, int]) -> Iterator[Remark]:
    from jinja2 import nodes

    assert isinstance(template, nodes.Template)  # noqa: S101 - what a parser returns; narrows for the type checker
    for output in template.find_all(nodes.Output):
        for node in output.nodes:
            if isinstance(node, nodes.Name):
                lines.setdefault(node.name, node.lineno)
            elif not isinstance(node, nodes.TemplateData):
                what = _NODES.get(type(node).__name__, "an expression")
                yield Remark(Kind.BROKEN, f"{what}: {_ALONE}", at_line(name, node.lineno))


def _agreement(index: int, prompt: Object, lines: dict[str, int]) -> Iterator[Remark]:
    named = [as_str(variable) for variable in as_list(prompt.get("variables"))]
    file = as_str(prompt["file"])
    for variable, line in lines.items():
        if variable not in named:
            near = nearest(variable, named)
            message = f"`{{{{ {variable} }}}}` is none of the variables of `{prompt['name']}`"
            help_ = f"did you mean `{near}`?" if near else "name it in `variables`"
            yield Remark(Kind.DISAGREES, message, at_line(file, line), help_)
    for place, variable in enumerate(named):
        if variable not in lines:
            message = f"`{file}` has no `{{{{ {variable} }}}}`"
            yield Remark(Kind.DISAGREES, message, in_source("prompts", index, "variables", place))


ENGINE = Engine(
    name="prompts",
    title="the parser of prompts",
    takes=lambda type_, source: type_ in {"agent", "llm"} and bool(source.get("prompts") or source.get("guardrails")),
    run=_run,
)
