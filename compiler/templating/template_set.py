"""The templates of one emitter, compiled once and run with many contexts, and one-line expressions."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from jinja2 import Template, TemplateError, nodes

from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import FieldReads
from compiler.foundation.provenance import Origin
from compiler.templating.accessed_paths import TemplateAccess
from compiler.templating.interpolation import (
    PLACEHOLDER_END,
    PLACEHOLDER_START,
    InterpolatedText,
    TextPart,
    placeholder,
)
from compiler.templating.jinja_runner import (
    TemplateFailedError,
    TemplateOutput,
    compile_template,
    output_lines,
    run_template,
)
from compiler.templating.jinja_sandbox import DELIMITERS, JinjaSandbox
from compiler.templating.plain_values import ValueBudget, to_plain
from compiler.templating.template_access import template_access
from compiler.templating.template_errors import RenderLimits, TemplateProblem, ValueRejectedError
from compiler.templating.template_reads import template_reads
from compiler.templating.template_values import WRAPPED_TYPES, TemplateValue, wrap
from compiler.templating.traced_values import OMIT, TracedBool, TracedStr, traced_str

TemplateProblems: TypeAlias = tuple[TemplateProblem, ...]

_DEFAULT_DELIMITERS: Final[Mapping[str, str]] = MappingProxyType({})
_DEFAULT_LIMITS: Final = RenderLimits()
_PLACEHOLDER = re.compile(f"{PLACEHOLDER_START}([0-9]+){PLACEHOLDER_END}")


class TemplateSet:
    """Caches compiled templates; for one thread at a time."""

    def __init__(
        self,
        templates: Mapping[str, str],
        *,
        delimiters: Mapping[str, str] = _DEFAULT_DELIMITERS,
        limits: RenderLimits = _DEFAULT_LIMITS,
    ) -> None:
        if unknown_kinds := sorted(set(delimiters.values()) - set(DELIMITERS)):
            raise UsageError(
                f"`{unknown_kinds[0]}` is not a kind of delimiters", help=f"one of: {', '.join(DELIMITERS)}"
            )
        self.limits = limits
        self._templates = templates
        self._sandbox = JinjaSandbox(templates, delimiters, limits)
        self._compiled: dict[tuple[str, bool], Template | TemplateFailedError] = {}

    def run(self, name: str, variables: Mapping[str, object]) -> TemplateOutput:
        """Run a template; raises `TemplateFailedError`."""
        return run_template(self._sandbox, self._compile(name, is_text=False), variables)

    def spend_steps(self, name: str, steps: int) -> None:
        """Charge work on the output of the last run of a template; raises `OutOfStepsError`."""
        self._sandbox.fuel.spend_after_run(name, steps)

    def output_lines(self, name: str, variables: Mapping[str, object]) -> list[tuple[str, int]]:
        """The template and line that printed each output line."""
        template = self._compile(name, is_text=False)
        self._sandbox.fuel.start_run(name)
        return output_lines(template, variables) or [(name, 1)]

    def evaluate(self, text: str, context: Mapping[str, object]) -> "TemplateValue | bool | TemplateProblems":
        """The value of a one-line template, such as a path: a single value keeps its type, anything else is text.

        Problems quote the text instead of a template name. The caller decides what `omit` means.
        """
        try:
            output = run_template(self._sandbox, self._compile(text, is_text=True), wrap_context(context))
            return self._output_value(output)
        except TemplateFailedError as failure:
            return failure.problems
        except ValueRejectedError as rejection:
            return (TemplateProblem(rejection.message, text, 1, rejection.origins, rejection.help),)

    def inline_reads(self, text: str) -> FieldReads | None:
        """The fields that a one-line template reads; `None` if it includes others, or does not compile."""
        try:
            self._compile(text, is_text=True)
        except TemplateFailedError:
            return None
        return template_reads(self._sandbox.parse(text))

    def access(self, name: str) -> TemplateAccess | None:
        """The paths of the context that a template accesses; `None` if it is broken, which its rendering reports."""
        template = self._parse(name)
        return None if template is None else template_access(name, template, self._parse)

    def inline_access(self, text: str) -> TemplateAccess | None:
        """The same of a one-line template."""
        try:
            return template_access(text, self._sandbox.parse(text), self._parse)
        except TemplateError:
            return None

    def _parse(self, name: str) -> nodes.Template | None:
        """The syntax of a template; `None` if it is missing or invalid, which its rendering reports."""
        try:
            return self._sandbox.parse(self._templates[name], name) if name in self._templates else None
        except (TemplateError, RecursionError):
            return None

    def _output_value(self, output: TemplateOutput) -> "TemplateValue | bool":
        if len(output.values) == 1 and _PLACEHOLDER.fullmatch(output.text):
            value = output.values[0]
            if to_plain(value, ValueBudget(self.limits)) is OMIT:
                return OMIT
            if isinstance(value, TracedBool):
                return bool(value)  # a caller can compare with `is True`
            if not isinstance(value, (str, InterpolatedText)):
                return wrap(value, ()) if not isinstance(value, bool) else value
        parts: list[TextPart] = []
        for index, part in enumerate(_PLACEHOLDER.split(output.text)):
            parts.append(placeholder(output.values[int(part)]) if index % 2 else part)
        interpolation = InterpolatedText([part for part in parts if part])
        result = output.values[0] if len(interpolation.parts) == 1 and output.values else interpolation
        return result if isinstance(result, TracedStr) else traced_str(str(result), interpolation.origins)

    def _compile(self, name: str, *, is_text: bool) -> Template:
        template = self._compiled.get((name, is_text))
        if template is None:
            try:
                template = compile_template(self._sandbox, name, name if is_text else None)
            except TemplateFailedError as failure:
                template = failure
            self._compiled[name, is_text] = template
        if isinstance(template, TemplateFailedError):
            raise template
        return template


def wrap_context(context: Mapping[str, object]) -> dict[str, object]:
    """Wrap a context so that values know their names."""
    return {
        name: value if type(value) in WRAPPED_TYPES else wrap(value, (Origin(name),)) for name, value in context.items()
    }
