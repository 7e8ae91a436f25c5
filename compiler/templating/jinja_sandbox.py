"""The sandbox of templates: allow-lists for every name, and no access to Python objects."""

import difflib
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from inspect import currentframe
from types import CodeType
from typing import Any, ClassVar, Final, NoReturn

from jinja2 import (
    BaseLoader,
    BytecodeCache,
    StrictUndefined,
    Template,
    TemplateNotFound,
    TemplateRuntimeError,
    TemplateSyntaxError,
    UndefinedError,
    nodes,
    pass_context,
)
from jinja2 import Environment as JinjaEnvironment
from jinja2.bccache import Bucket
from jinja2.environment import TemplateModule
from jinja2.lexer import Token, TokenStream
from jinja2.parser import Parser
from jinja2.runtime import Context, LoopContext, Macro, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from compiler.templating import jinja_subset
from compiler.templating.fuel import Fuel
from compiler.templating.interpolation import (
    PLACEHOLDER_END,
    PLACEHOLDER_START,
    InterpolatedText,
    concat,
    kind_of,
    placeholder,
)
from compiler.templating.jinja_code import SandboxCodeGenerator
from compiler.templating.jinja_filters import FILTER_WORK, FILTERS, check_literal_size, elements
from compiler.templating.jinja_tests import COMPARISONS, JINJA_TESTS, TESTS_OF_ONE_VALUE, contains
from compiler.templating.metering import Operation, membership_work, metered_comparison, metered_filter, shallow_work
from compiler.templating.template_errors import RenderLimits, TemplateProblem, ValueRejectedError
from compiler.templating.template_values import ListView, MapView
from compiler.templating.traced_values import OMIT, TracedStr

_LOOP_ATTRIBUTES: Final = frozenset({
    "depth", "depth0", "first", "index", "index0", "last", "length", "nextitem", "previtem", "revindex", "revindex0",
})  # fmt: skip
_STEPS_PER_PLACEHOLDER: Final = 5
_STEPS_PER_MISSING_VALUE: Final = 50
_STEPS_PER_SUGGESTION: Final = 10
"""For each key that a missing one is compared with."""
_STEPS_PER_FRAGMENT: Final = 10
_VARIABLES_PER_STEP: Final = 16
_SQUARE_DELIMITERS: Final = {
    "block_start_string": "[%", "block_end_string": "%]", "variable_start_string": "[[", "variable_end_string": "]]",
    "comment_start_string": "[#", "comment_end_string": "#]",
}  # fmt: skip
DELIMITERS: Final[Mapping[str, Mapping[str, str]]] = {"curly": {}, "square": _SQUARE_DELIMITERS}
"""The Jinja delimiters of a file; square ones are for output with braces of its own."""


class MissingValue(StrictUndefined):
    """A missing value. Its message is built only if the value is used."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        view, name = self._undefined_obj, self._undefined_name
        if not isinstance(view, (MapView, ListView)):
            return self._undefined_hint or f"`{name}` is not defined"
        if isinstance(view, ListView):
            return f"`{view.origin}` is a list and has no `{name}`"
        suggestions = difflib.get_close_matches(str(name), [str(key) for key in view.data], n=1)
        return f"`{view.origin}` has no field `{name}`" + (f"; did you mean `{suggestions[0]}`?" if suggestions else "")


def _running_line() -> tuple[str, int]:
    """The innermost template that runs, and its line."""
    frame = currentframe()
    while frame is not None:
        template = frame.f_globals.get("__jinja_template__")
        if isinstance(template, Template):
            return template.name or "", template.get_corresponding_lineno(frame.f_lineno)
        frame = frame.f_back
    return "", 1


def _raise_undefined(value: Undefined) -> NoReturn:
    value._fail_with_undefined_error()  # noqa: SLF001 - Jinja's API for the message of an undefined value


class FragmentLoader(BaseLoader):
    """Loads the templates of one emitter's folder only."""

    def __init__(self, templates: Mapping[str, str], limits: RenderLimits) -> None:
        self.templates = templates
        self.limits = limits

    def get_source(self, environment: JinjaEnvironment, template: str) -> tuple[str, str, Callable[[], bool]]:  # noqa: ARG002 - Jinja's signature
        """The text of a template; raises `UnsupportedSyntaxError` if it cannot be a template."""
        if template not in self.templates:
            raise TemplateNotFound(template)
        return check_source(self.templates[template], template, self.limits), template, lambda: True


class CodeCache(BytecodeCache):
    """Keeps the code of templates for the process: the two trees of one command share most templates."""

    _codes: ClassVar[dict[tuple[str, str], CodeType]] = {}
    _MAX_CODES: Final = 1024

    def __init__(self, delimiters: Mapping[str, str]) -> None:
        self._delimiters = delimiters

    def get_cache_key(self, name: str, filename: str | None = None) -> str:  # noqa: ARG002 - Jinja's signature
        """What the code depends on apart from the source: the delimiters, and the name in its errors."""
        return f"{self._delimiters.get(name, 'curly')} {name}"

    def get_source_checksum(self, source: str) -> str:
        """The source itself, which needs no digest in memory."""
        return source

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take the code from memory."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code in memory."""
        if len(self._codes) >= self._MAX_CODES:
            self._codes.clear()
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code


def check_source(source: str, path: str, limits: RenderLimits) -> str:
    """The source, if it is within the size limit and contains no placeholder characters."""
    problem = None
    reserved_offsets = [offset for mark in (PLACEHOLDER_START, PLACEHOLDER_END) if (offset := source.find(mark)) >= 0]
    if reserved_offsets:
        line = source.count("\n", 0, min(reserved_offsets)) + 1
        problem = TemplateProblem("a template must not contain the characters U+E000 and U+E001", path, line)
    elif len(source) > limits.max_template_characters:
        problem = TemplateProblem(f"the template is longer than {limits.max_template_characters} characters", path, 1)
    if problem:
        raise jinja_subset.UnsupportedSyntaxError((problem,))
    return source


class SandboxContext(Context):
    """The variables of one run of a template, without what the subset of Jinja does not have."""

    def __init__(
        self,
        environment: "JinjaSandbox",
        parent: dict[str, object],
        name: str | None,
        blocks: dict[str, Callable[[Context], Iterator[str]]],  # noqa: ARG002 - Jinja's signature
        globals: MutableMapping[str, object] | None = None,  # noqa: A002, ARG002 - as above
    ) -> None:
        self.parent = parent
        self.vars = {}
        self.environment = environment
        self.eval_ctx = environment.evaluation
        self.exported_vars = set()
        self.name = name
        self.globals_keys = set()
        self.blocks = {}

    def resolve_or_missing(self, key: str) -> object:
        """A variable, or Jinja's mark of a missing one."""
        value = self.vars.get(key, missing)
        return self.parent.get(key, missing) if value is missing else value


class JinjaSandbox(ImmutableSandboxedEnvironment):
    """Jinja without arithmetic and Python attributes, with a budget of steps. For one thread."""

    code_generator_class = SandboxCodeGenerator
    context_class = SandboxContext

    def __init__(self, templates: Mapping[str, str], delimiters: Mapping[str, str], limits: RenderLimits) -> None:
        self._code_cache = CodeCache(delimiters)
        super().__init__(
            loader=FragmentLoader(templates, limits), cache_size=-1, auto_reload=False, optimized=False,
            undefined=MissingValue, autoescape=False, finalize=self._print_value,
            trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, bytecode_cache=self._code_cache,
        )  # fmt: skip
        self.evaluation = nodes.EvalContext(self)
        """What Jinja evaluates expressions for, the same in all runs."""
        self.limits = limits
        self.fuel = Fuel(limits)
        self._loaded_templates: dict[str, Template] = {}
        self.missing_values: dict[TemplateProblem, None] = {}
        self.globals = {"omit": OMIT}
        self.filters = {
            **{name: metered_filter(apply, self.fuel, FILTER_WORK[name]) for name, apply in FILTERS.items()},
            jinja_subset.STEP_FILTER: self.fuel.spend_at_statement,
            jinja_subset.INCLUDE_FILTER: self._start_fragment,
            jinja_subset.SIZE_FILTER: check_literal_size,
            jinja_subset.ITERABLE_FILTER: self._start_loop,
        }
        self.tests = {**self._metered_tests()}
        self.concat = self._concat  # type: ignore[assignment]  # Jinja declares the method as str.join
        self._environments_by_template = {name: self.overlay(**DELIMITERS[kind]) for name, kind in delimiters.items()}  # type: ignore[arg-type]

    def from_text(self, source: str, name: str) -> Template:
        """The template of a text, which no file holds."""
        bucket = self._code_cache.get_bucket(self, name, None, source)
        if bucket.code is None:
            bucket.code = self.compile(source, name)
            self._code_cache.set_bucket(bucket)
        return self.template_class.from_code(self, bucket.code, self.make_globals(None))

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, object] | None = None,  # noqa: A002 - Jinja's signature
    ) -> Template:
        """A template of the emitter's folder, which never changes; includes look theirs up in each run."""
        template = self._loaded_templates.get(name) if isinstance(name, str) else None
        if template is None:
            template = super().get_template(name, parent, globals)
            self._loaded_templates[template.name or ""] = template
        return template

    def _print_value(self, value: object) -> object:
        """What a template prints: the value itself, or the placeholder of a constant, since text without one is the template's own."""
        kind = type(value)
        if kind is not TracedStr and isinstance(value, Undefined):
            self._record_undefined(value)
            return placeholder("")
        self.fuel.spend(_STEPS_PER_PLACEHOLDER)
        return placeholder(value) if kind is str else value

    def _record_undefined(self, value: Undefined) -> None:
        """Record a missing value at the template line that prints it, so that one run reports all of them."""
        fields = shallow_work(value._undefined_obj)  # noqa: SLF001 - what the value is missing in
        self.fuel.spend(_STEPS_PER_MISSING_VALUE + _STEPS_PER_SUGGESTION * fields)
        try:
            _raise_undefined(value)
        except UndefinedError as error:
            name, line = _running_line()
            self.missing_values[TemplateProblem(str(error), name, line)] = None
            if len(self.missing_values) >= self.limits.max_problems:
                raise

    def _metered_tests(self) -> dict[str, Operation]:
        tests: dict[str, Operation] = {
            name: test
            if name in TESTS_OF_ONE_VALUE
            else metered_comparison(test, self.fuel, membership_work)
            if name == "in"
            else metered_comparison(test, self.fuel)
            for name, test in JINJA_TESTS.items()
        }
        operators = {name: metered_comparison(compare, self.fuel) for name, compare in COMPARISONS.items()}
        operators["in"] = metered_comparison(contains, self.fuel, membership_work)
        return tests | {f"{jinja_subset.OPERATOR_PREFIX}{name}": operation for name, operation in operators.items()}

    @pass_context
    def _start_fragment(self, context: Context, _: object) -> None:
        variables = len(context.parent) + len(context.vars)
        self.fuel.spend(_STEPS_PER_FRAGMENT + variables // _VARIABLES_PER_STEP)

    def _start_loop(self, value: object, steps: int) -> object:
        """The iterated value, if it is a list or a map; its elements are charged for the condition of the loop."""
        elements(value)
        self.fuel.spend(steps * shallow_work(value))
        return value

    def _concat(self, pieces: Any) -> object:  # noqa: ANN401 - Jinja passes its buffers
        text = concat(pieces)
        self.fuel.spend(shallow_work(text))
        if isinstance(text, InterpolatedText) and text.size > self.limits.max_characters:
            raise ValueRejectedError("a text that the template builds is too long")
        return text

    def _tokenize(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> TokenStream:
        """The tokens, up to a limit: the time to compile a template grows with them."""
        tokens = super()._tokenize(source, name, filename, state)
        return TokenStream(self._limit_tokens(iter(tokens), name), name, filename)

    def _limit_tokens(self, tokens: Iterator[Token], name: str | None) -> Iterator[Token]:
        for count, token in enumerate(tokens):
            if count >= self.limits.max_template_tokens:
                limit = f"the template has more than {self.limits.max_template_tokens} tokens"
                raise TemplateSyntaxError(limit, token.lineno, name)
            yield token

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        environment = self._environments_by_template.get(name or "", self)
        template = Parser(environment, source, name, filename).parse()
        jinja_subset.check_template(template, name or "")
        return jinja_subset.insert_limits(template)

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - Jinja's signature
        """A field of a map, a property of a loop, or a macro of a fragment; Python attributes do not exist."""
        if type(obj) is MapView:
            member = obj.members.get(attribute)  # in nearly all cases, which a call would make slower
            if member is not None:
                return member
            return obj[attribute] if attribute in obj.data else MissingValue(None, obj, attribute)
        if isinstance(obj, Undefined):
            _raise_undefined(obj)
        if isinstance(obj, LoopContext) and attribute in _LOOP_ATTRIBUTES:
            return getattr(obj, attribute)
        if isinstance(obj, TemplateModule) and not attribute.startswith("_"):
            return vars(obj).get(attribute, self.undefined(f"the fragment has no `{attribute}`"))
        if isinstance(obj, dict):
            return obj.get(attribute, self.undefined(name=attribute))
        hint = None if isinstance(obj, ListView) else f"{kind_of(obj)} has no field `{attribute}`"
        return self.undefined(hint, obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:  # noqa: ANN401 - Jinja's signature
        """A field of a map by a computed name, or an element of a list."""
        if isinstance(argument, (str, InterpolatedText)) and not isinstance(obj, (ListView, list, tuple)):
            self.fuel.spend(shallow_work(argument))
            return self.getattr(obj, str(argument))
        if isinstance(obj, (ListView, list, tuple)) and isinstance(argument, int):
            try:
                return obj[argument]
            except IndexError:
                return self.undefined(f"there is no element {int(argument)}", obj=obj, name=str(argument))
        for operand in (obj, argument):
            if isinstance(operand, Undefined):
                _raise_undefined(operand)
        return self.undefined(f"{kind_of(obj)} has no element {argument!s}")

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Jinja's signature
        """Call a macro, or a recursive loop."""
        if isinstance(obj, Undefined):
            _raise_undefined(obj)
        if not isinstance(obj, (Macro, LoopContext)):
            raise TemplateRuntimeError(f"only macros can be called, and this is {kind_of(obj)}")
        return context.call(obj, *args, **kwargs)
