"""Running a template: what it prints, with a token for each value, and the values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Any

from jinja2 import Template, TemplateError, TemplateNotFound, TemplateSyntaxError

from compiler.render.interpolation import CLOSING, OPENING, Token
from compiler.render.jinja_sandbox import Environment, checked_source
from compiler.render.jinja_subset import OutsideGrammarError
from compiler.render.template_errors import Problem, RefusedError
from compiler.render.traced_values import OMIT

_MISUSES = (TemplateError, RefusedError, TypeError, ValueError, LookupError, ArithmeticError)
_TOO_DEEP = (RecursionError, MemoryError, SyntaxError)  # Python's own ways to refuse a template that nests too deep


@dataclass(frozen=True, slots=True)
class Printed:
    """What a template printed: the n-th value stands in the text as the token of n."""

    text: str
    values: list[object]


class FailedError(Exception):
    """A template could not be compiled or run."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems


def compiled(environment: Environment, name: str, text: str | None = None) -> Template:
    """The template of that name, or of that text; `FailedError` with all that is wrong with it."""
    try:
        if text is None:
            return environment.get_template(name)
        source = checked_source(text, name, environment.limits)
        code = environment.compile(source, name)
        return environment.template_class.from_code(environment, code, environment.make_globals(None))
    except OutsideGrammarError as outside:
        raise FailedError(*outside.problems) from None
    except TemplateSyntaxError as error:
        raise FailedError(Problem(_sentence(error), error.name or name, error.lineno)) from None
    except TemplateNotFound:
        raise FailedError(Problem("the template is not in the emitter's folder", name, 1)) from None
    except _TOO_DEEP:
        raise FailedError(Problem("the template nests too deep", name, 1)) from None
    except _MISUSES as error:
        raise FailedError(Problem(_sentence(error), name, 1)) from None


def run(environment: Environment, template: Template, context: Mapping[str, object]) -> Printed:
    """What the template prints in that context; `FailedError` at the line that could not be run."""
    environment.steps = 0
    try:
        return _collected(_pieces(template, context), environment)
    except (*_MISUSES, *_TOO_DEEP) as error:
        raise FailedError(*_problems(error, template)) from None


def lines(template: Template, context: Mapping[str, object]) -> list[tuple[str, int]]:
    """The template's line for each line of what it prints: run once more for it, since it is seldom asked."""
    found: list[tuple[str, int]] = []
    running: Any = _pieces(template, context)
    fresh, valued = True, False
    for piece in running:
        name, line = _printing(running.gi_frame)
        literal = type(piece) is str
        if fresh:
            found.append((name, line))
        elif not literal and not valued:
            found[-1] = (name, line)  # what is said of a line is said of its first value
        added = piece.count("\n") if literal else 0
        found += [(name, line + more) for more in range(1, added + 1)]
        fresh = literal and piece.endswith("\n")
        valued = not literal or (valued and not added)
        if fresh:
            found.pop()
    return found


def _printing(frame: FrameType) -> tuple[str, int]:
    """The line that printed last; an include runs in a generator that the compiled template calls `gen`."""
    inner = getattr(frame.f_locals.get("gen"), "gi_frame", None)
    if inner is not None:
        return _printing(inner)
    template: Template = frame.f_globals["__jinja_template__"]
    return template.name or "", template.get_corresponding_lineno(frame.f_lineno)


def _pieces(template: Template, context: Mapping[str, object]) -> Iterable[object]:
    return template.root_render_func(template.new_context({**context, "omit": OMIT}))


def _collected(pieces: Iterable[object], environment: Environment) -> Printed:
    out: list[str] = []
    values: list[object] = []
    size = 0
    for piece in pieces:
        if type(piece) is str:
            out.append(piece)
            size += len(piece)
            if size > environment.limits.characters:
                raise RefusedError("what the template prints is too long")
        else:
            out.append(f"{OPENING}{len(values)}{CLOSING}")
            values.append(piece.value if isinstance(piece, Token) else piece)
            if len(values) > environment.limits.tokens:
                raise RefusedError("the template prints too many values")
    return Printed("".join(out), values)


def _problems(error: Exception, template: Template) -> tuple[Problem, ...]:
    if isinstance(error, OutsideGrammarError):
        return error.problems
    name, line = _place(error.__traceback__, template)
    if isinstance(error, TemplateSyntaxError):
        return (Problem(_sentence(error), error.name or name, error.lineno),)
    if isinstance(error, TemplateNotFound):
        return (Problem(f"there is no fragment `{error.name}` in the emitter's folder", name, line),)
    if isinstance(error, RefusedError):
        return (Problem(error.message, name, line, error.origins, error.help),)
    if isinstance(error, _TOO_DEEP):
        return (Problem("the template goes too deep: a macro, an include or a loop that calls itself", name, line),)
    return (Problem(_sentence(error), name, line),)


def _place(traceback: TracebackType | None, template: Template) -> tuple[str, int]:
    """The innermost line of a template that was running."""
    found = (template.name or "", 1)
    while traceback is not None:
        running = traceback.tb_frame.f_globals.get("__jinja_template__")
        if isinstance(running, Template):
            found = (running.name or "", running.get_corresponding_lineno(traceback.tb_lineno))
        traceback = traceback.tb_next
    return found


def _sentence(error: BaseException) -> str:
    told = getattr(error, "message", None) or str(error) or type(error).__name__
    return told.splitlines()[0].rstrip(".")
