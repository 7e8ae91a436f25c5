"""The sandbox in which templates run: allow-lists for all that they can name, and no way to a Python object."""

import difflib
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn

from jinja2 import BaseLoader, StrictUndefined, TemplateNotFound, TemplateRuntimeError, nodes, pass_context
from jinja2 import Environment as JinjaEnvironment
from jinja2.environment import TemplateModule
from jinja2.parser import Parser
from jinja2.runtime import Context, LoopContext, Macro, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from compiler.render import jinja_subset as grammar
from compiler.render.interpolation import CLOSING, OPENING, Glued, Token, concat, kind_of, token
from compiler.render.jinja_filters import FILTERS, bounded, looped
from compiler.render.jinja_tests import PREDICATES
from compiler.render.template_errors import Limits, Problem, RefusedError
from compiler.render.template_values import Elements, View
from compiler.render.traced_values import OMIT

_LOOP: Final = frozenset({
    "depth", "depth0", "first", "index", "index0", "last", "length", "nextitem", "previtem", "revindex", "revindex0",
})  # fmt: skip
_SQUARE: Final = {
    "block_start_string": "[%", "block_end_string": "%]", "variable_start_string": "[[", "variable_end_string": "]]",
    "comment_start_string": "[#", "comment_end_string": "#]",
}  # fmt: skip
DELIMITERS: Final[Mapping[str, Mapping[str, str]]] = {"curly": {}, "square": _SQUARE}
"""How a file opens and closes what is Jinja's in it; square ones for outputs with braces of their own."""


class Missing(StrictUndefined):
    """What is not there. The sentence about it is made only when somebody wants the value."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        view, name = self._undefined_obj, self._undefined_name
        if not isinstance(view, (View, Elements)):
            return self._undefined_hint or f"`{name}` is not defined"
        if isinstance(view, Elements):
            return f"`{view.at}` is a list and has no `{name}`"
        near = difflib.get_close_matches(str(name), [str(key) for key in view.data], n=1)
        return f"`{view.at}` has no field `{name}`" + (f"; there is `{near[0]}`" if near else "")


@pass_context
def finalize(_: Context, value: object) -> Token:
    """The token of a value that is printed. It asks for the context lest Jinja print constants while it compiles."""
    if isinstance(value, Undefined):
        _fail(value)
    return token(value)


def _fail(value: Undefined) -> NoReturn:
    value._fail_with_undefined_error()  # noqa: SLF001 - Jinja's way to say what is missing


class Fragments(BaseLoader):
    """The templates of one emitter's folder, and nothing else."""

    def __init__(self, templates: Mapping[str, str], limits: Limits) -> None:
        self.templates = templates
        self.limits = limits

    def get_source(self, environment: JinjaEnvironment, template: str) -> tuple[str, str, Callable[[], bool]]:  # noqa: ARG002
        """The text by its name; `OutsideGrammarError` where it cannot be a template at all."""
        if template not in self.templates:
            raise TemplateNotFound(template)
        return checked_source(self.templates[template], template, self.limits), template, lambda: True


def checked_source(source: str, path: str, limits: Limits) -> str:
    """The source, if it is of a bearable size and holds none of the characters that mark values."""
    wrong = None
    reserved = [at for mark in (OPENING, CLOSING) if (at := source.find(mark)) >= 0]
    if reserved:
        line = source.count("\n", 0, min(reserved)) + 1
        wrong = Problem("U+E000 and U+E001 mark values; a template may not hold them", path, line)
    elif len(source) > limits.template:
        wrong = Problem(f"the template is longer than {limits.template} characters", path, 1)
    if wrong:
        raise grammar.OutsideGrammarError((wrong,))
    return source


class Environment(ImmutableSandboxedEnvironment):
    """Jinja without computing, without Python's attributes, and with a price on each step. For one thread."""

    def __init__(self, templates: Mapping[str, str], delimiters: Mapping[str, str], limits: Limits) -> None:
        super().__init__(
            loader=Fragments(templates, limits), cache_size=-1, auto_reload=False, optimized=False,
            undefined=Missing, autoescape=False, finalize=finalize,
            trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
        )  # fmt: skip
        self.limits = limits
        self.steps = 0
        self.globals = {"omit": OMIT}
        self.filters = {**FILTERS, grammar.TICK: self._tick, grammar.BOUNDED: bounded, grammar.LOOPED: looped}
        self.tests = dict(PREDICATES)
        self.concat = self._concat  # type: ignore[assignment]  # a method of Jinja's own contract, declared as str.join
        self._dialects = {name: self.overlay(**DELIMITERS[kind]) for name, kind in delimiters.items()}  # type: ignore[arg-type]

    def _tick(self, _: object) -> None:
        self.steps += 1
        if self.steps > self.limits.steps:
            raise RefusedError("the template takes more steps than one file may")

    def _concat(self, pieces: Any) -> object:  # noqa: ANN401 - Jinja hands over its buffers
        made = concat(pieces)
        if isinstance(made, Glued) and made.size > self.limits.characters:
            raise RefusedError("a text that the template makes is too long")
        return made

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        dialect = self._dialects.get(name or "", self)
        parsed = Parser(dialect, source, name, filename).parse()
        grammar.check(parsed, name or "")
        return grammar.bounded(parsed)

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - Jinja's signature
        """A field of a map, a property of a loop, or a macro of a fragment. Nothing has attributes of Python."""
        if type(obj) is View:
            try:
                return obj[attribute]
            except KeyError:
                return self.undefined(obj=obj, name=attribute)
        if isinstance(obj, Undefined):
            _fail(obj)
        if isinstance(obj, LoopContext) and attribute in _LOOP:
            return getattr(obj, attribute)
        if isinstance(obj, TemplateModule) and not attribute.startswith("_"):
            return vars(obj).get(attribute, self.undefined(f"the fragment has no `{attribute}`"))
        if isinstance(obj, dict):
            return obj.get(attribute, self.undefined(name=attribute))
        hint = None if isinstance(obj, Elements) else f"{kind_of(obj)} has no field `{attribute}`"
        return self.undefined(hint, obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:  # noqa: ANN401 - Jinja's signature
        """A field of a map by a name that is a value itself, or an element of a list."""
        if isinstance(argument, (str, Glued)) and not isinstance(obj, (Elements, list, tuple)):
            return self.getattr(obj, str(argument))
        if isinstance(obj, (Elements, list, tuple)) and isinstance(argument, int):
            try:
                return obj[argument]
            except IndexError:
                return self.undefined(f"there is no element {int(argument)}", obj=obj, name=str(argument))
        for given in (obj, argument):
            if isinstance(given, Undefined):
                _fail(given)
        return self.undefined(f"{kind_of(obj)} has no element {argument!s}")

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Jinja's signature
        """What a macro, or a loop that calls itself, makes of the arguments."""
        if isinstance(obj, Undefined):
            _fail(obj)
        if not isinstance(obj, (Macro, LoopContext)):
            raise TemplateRuntimeError(f"only macros can be called, and this is {kind_of(obj)}")
        return context.call(obj, *args, **kwargs)
