"""Runs a template: its output with a placeholder for each value, and the values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Any

from jinja2 import Template, TemplateError, TemplateNotFound, TemplateSyntaxError, UndefinedError

from compiler.templating.interpolation import PLACEHOLDER_END, PLACEHOLDER_START, Placeholder, size_of
from compiler.templating.jinja_sandbox import JinjaSandbox, check_source
from compiler.templating.jinja_subset import UnsupportedSyntaxError
from compiler.templating.template_errors import TemplateProblem, ValueRejectedError
from compiler.templating.traced_values import OMIT, TracedStr

_TEMPLATE_ERRORS = (TemplateError, ValueRejectedError, TypeError, ValueError, LookupError, ArithmeticError)
_NESTING_ERRORS = (
    RecursionError,
    MemoryError,
    SyntaxError,
)  # how Python reports a template that is nested too deeply


@dataclass(frozen=True, slots=True)
class TemplateOutput:
    """The output of a template: placeholder n stands for the n-th value."""

    text: str
    values: list[object]
    size: int = 0
    """The characters of the text and of its values."""


class TemplateFailedError(Exception):
    """A template could not be compiled or run."""

    def __init__(self, *problems: TemplateProblem) -> None:
        super().__init__(*problems)
        self.problems = problems


def compile_template(environment: JinjaSandbox, name: str, text: str | None = None) -> Template:
    """Compile the template with the name or text; raises `TemplateFailedError` with all problems."""
    try:
        if text is None:
            return environment.get_template(name)
        return environment.from_text(check_source(text, name, environment.limits), name)
    except UnsupportedSyntaxError as syntax_error:
        raise TemplateFailedError(*syntax_error.problems) from None
    except TemplateSyntaxError as error:
        raise TemplateFailedError(TemplateProblem(_first_line(error), error.name or name, error.lineno)) from None
    except TemplateNotFound:
        raise TemplateFailedError(TemplateProblem("the template is not in the emitter's folder", name, 1)) from None
    except _NESTING_ERRORS:
        raise TemplateFailedError(TemplateProblem("the template is nested too deeply", name, 1)) from None
    except _TEMPLATE_ERRORS as error:
        raise TemplateFailedError(TemplateProblem(_first_line(error), name, 1)) from None


def run_template(environment: JinjaSandbox, template: Template, context: Mapping[str, object]) -> TemplateOutput:
    """Run the template with a context; raises `TemplateFailedError` with all missing values, or the first other problem."""
    name = template.name or ""
    environment.fuel.start_run(name)
    environment.missing_values.clear()
    try:
        output = _collect_output(_run_pieces(template, context), environment)
        environment.fuel.end_run(name, output.size)
    except (*_TEMPLATE_ERRORS, *_NESTING_ERRORS) as error:
        problems = dict.fromkeys(environment.missing_values)
        if not problems or isinstance(error, UndefinedError):  # another error may result from a missing value
            problems |= dict.fromkeys(_to_problems(error, template))
        raise TemplateFailedError(*problems) from None
    if environment.missing_values:
        raise TemplateFailedError(*environment.missing_values)
    return output


def output_lines(template: Template, context: Mapping[str, object]) -> list[tuple[str, int]]:
    """The template line of each output line: run again for it, because it is seldom needed."""
    locations: list[tuple[str, int]] = []
    pieces: Any = _run_pieces(template, context)
    is_line_start, has_value = True, False
    for piece in pieces:
        name, line = _current_line(pieces.gi_frame)
        is_literal = type(piece) is str
        if is_line_start:
            locations.append((name, line))
        elif not is_literal and not has_value:
            locations[-1] = (name, line)  # an output line is attributed to its first value
        newlines = piece.count("\n") if is_literal else 0
        locations += [(name, line + line_offset) for line_offset in range(1, newlines + 1)]
        is_line_start = is_literal and piece.endswith("\n")
        has_value = not is_literal or (has_value and not newlines)
        if is_line_start:
            locations.pop()
    return locations


def _current_line(frame: FrameType) -> tuple[str, int]:
    """The line that printed last; an include runs in a generator that the compiled template calls `gen`."""
    inner = getattr(frame.f_locals.get("gen"), "gi_frame", None)
    if inner is not None:
        return _current_line(inner)
    template: Template = frame.f_globals["__jinja_template__"]
    return template.name or "", template.get_corresponding_lineno(frame.f_lineno)


def _run_pieces(template: Template, context: Mapping[str, object]) -> Iterable[object]:
    return template.root_render_func(template.new_context({**context, "omit": OMIT}))


def _collect_output(pieces: Iterable[object], environment: JinjaSandbox) -> TemplateOutput:
    text_parts: list[str] = []
    values: list[object] = []
    size = 0
    max_characters, max_placeholders = environment.limits.max_characters, environment.limits.max_placeholders
    for piece in pieces:
        if type(piece) is str:
            text_parts.append(piece)
            size += len(piece)
        else:
            text_parts.append(f"{PLACEHOLDER_START}{len(values)}{PLACEHOLDER_END}")
            value = piece.value if type(piece) is Placeholder else piece
            values.append(value)
            size += (len(value) or 1) if type(value) is TracedStr else size_of(value)
            if len(values) > max_placeholders:
                raise ValueRejectedError("the template inserts too many values")
        if size > max_characters:
            raise ValueRejectedError("the output of the template is too long")
    return TemplateOutput("".join(text_parts), values, size)


def _to_problems(error: Exception, template: Template) -> tuple[TemplateProblem, ...]:
    if isinstance(error, UnsupportedSyntaxError):
        return error.problems
    name, line = _error_location(error.__traceback__, template)
    if isinstance(error, TemplateSyntaxError):
        return (TemplateProblem(_first_line(error), error.name or name, error.lineno),)
    if isinstance(error, TemplateNotFound):
        return (TemplateProblem(f"there is no fragment `{error.name}` in the emitter's folder", name, line),)
    if isinstance(error, ValueRejectedError):
        return (TemplateProblem(error.message, name, line, error.origins, error.help),)
    if isinstance(error, _NESTING_ERRORS):
        return (
            TemplateProblem("the template recurses too deeply: a macro, an include or a loop calls itself", name, line),
        )
    return (TemplateProblem(_first_line(error), name, line),)


def _error_location(traceback: TracebackType | None, template: Template) -> tuple[str, int]:
    """The innermost template line that was running."""
    location = (template.name or "", 1)
    while traceback is not None:
        frame_template = traceback.tb_frame.f_globals.get("__jinja_template__")
        if isinstance(frame_template, Template):
            location = (frame_template.name or "", frame_template.get_corresponding_lineno(traceback.tb_lineno))
        traceback = traceback.tb_next
    return location


def _first_line(error: BaseException) -> str:
    message = getattr(error, "message", None) or str(error) or type(error).__name__
    return message.splitlines()[0].rstrip(".")
