"""The front door: the templates of one emitter, and what they make of a context."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, TypeAlias

from jinja2 import Template

from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import FieldReads, Json, Pointer
from compiler.foundation.provenance import Origin, Origins
from compiler.render import skeleton, text_renderer
from compiler.render.embedded_languages import LanguageRules, parse_rules
from compiler.render.interpolation import PLACEHOLDER_END, PLACEHOLDER_START, InterpolatedText, TextPart, placeholder
from compiler.render.jinja_runner import (
    TemplateFailedError,
    TemplateOutput,
    compile_template,
    output_lines,
    run_template,
)
from compiler.render.jinja_sandbox import DELIMITERS, JinjaSandbox
from compiler.render.output_formats import FORMATS, Format, dump, format_of, with_comments, with_header
from compiler.render.plain_values import ValueBudget, to_plain
from compiler.render.skeleton_nodes import FillState, Slot
from compiler.render.source_map import trace_comments, trace_origins
from compiler.render.template_errors import OutputProblem, RenderLimits, TemplateProblem, ValueRejectedError
from compiler.render.template_reads import template_reads
from compiler.render.template_values import TemplateValue, wrap
from compiler.render.traced_values import OMIT, CommentedStr, TracedBool, TracedStr, traced_str

TemplateProblems: TypeAlias = tuple[TemplateProblem, ...]
SourceMap: TypeAlias = Mapping[tuple[int, Pointer], Origins]
"""By document and pointer: the origins of leaves, of keys that are values, and of maps and lists placed whole."""

Comments: TypeAlias = Mapping[tuple[int, Pointer], str]
"""By document and pointer: what stands behind a leaf, as a comment."""

_EMPTY: Final[Mapping[str, str]] = MappingProxyType({})
_DEFAULT_LIMITS: Final = RenderLimits()
_MAX_SKELETONS = 512
_FRONT_MATTER = re.compile(r"---\n(.*?^)---(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_PLACEHOLDER = re.compile(f"{PLACEHOLDER_START}([0-9]+){PLACEHOLDER_END}")


@dataclass(frozen=True, slots=True)
class RenderedTemplate:
    """A file: its data (of a text, what stands before it), its text ready to be encoded, and where all of it came from if asked."""

    documents: tuple[Json, ...]
    text: str
    source_map: SourceMap | None = None


@dataclass(frozen=True, slots=True)
class FilledTemplate:
    """A file before it is dumped, for a caller who still changes the data; a text is complete."""

    documents: tuple[Json, ...]
    text: str | None = None
    source_map: SourceMap | None = None
    comments: Comments = field(default_factory=dict)


class TemplateEngine:
    """Keeps what it compiled and parsed, for as long as it lives; for one thread at a time."""

    def __init__(
        self,
        templates: Mapping[str, str],
        *,
        delimiters: Mapping[str, str] = _EMPTY,
        limits: RenderLimits = _DEFAULT_LIMITS,
    ) -> None:
        if unknown_kinds := sorted(set(delimiters.values()) - set(DELIMITERS)):
            raise UsageError(f"`{unknown_kinds[0]}` are no delimiters", help=f"there are {', '.join(DELIMITERS)}")
        self._sandbox = JinjaSandbox(templates, delimiters, limits)
        self._limits = limits
        self._templates: dict[tuple[str, bool], Template | TemplateFailedError] = {}
        self._skeletons: dict[tuple[str, LanguageRules], skeleton.Skeleton] = {}
        self._rules: dict[tuple[tuple[str, str], ...], LanguageRules] = {}

    def render(
        self, template: str, context: Mapping[str, object], *, format: str, header: str | None = None,  # noqa: A002 - as in emitter.yaml
        languages: Mapping[str, str] = _EMPTY, trace: bool = False,
    ) -> RenderedTemplate | TemplateProblems:  # fmt: skip
        """The file that the template makes of the context, or all that is wrong with it."""
        filled_template = self.fill(template, context, format=format, languages=languages, trace=trace)
        if not isinstance(filled_template, FilledTemplate):
            return filled_template
        output_format = format_of(format)
        body = filled_template.text or ""
        if filled_template.text is None and output_format.dump is not None:
            body = output_format.dump(with_comments(filled_template.documents, filled_template.comments))
        return RenderedTemplate(
            filled_template.documents, with_header(body, output_format, header), filled_template.source_map
        )

    def fill(
        self, template: str, context: Mapping[str, object], *, format: str,  # noqa: A002
        languages: Mapping[str, str] = _EMPTY, trace: bool = False,
    ) -> FilledTemplate | TemplateProblems:  # fmt: skip
        """The data that the template makes of the context, to be changed and then dumped; or all that is wrong."""
        output_format = format_of(format)
        rules = self._parse_rules(languages)
        variables = _wrap_context(context)
        try:
            jinja_template = self._compile(template, text=False)
            output = run_template(self._sandbox, jinja_template, variables)
            data = self._fill_data(output, output_format, rules, trace=trace) if output_format.dump else None
            result = self._fill_text(output, output_format, rules, trace=trace) if data is None else data
        except TemplateFailedError as failure:
            return failure.problems
        return (
            result if isinstance(result, FilledTemplate) else self._locate_problems(result, jinja_template, variables)
        )

    def evaluate(self, text: str, context: Mapping[str, object]) -> "TemplateValue | bool | TemplateProblems":
        """The value of a template in one line, such as a path: a single value keeps its type, anything else is text.

        The text stands in its problems for the template's path. What to do about `omit` is the caller's to decide.
        """
        try:
            output = run_template(self._sandbox, self._compile(text, text=True), _wrap_context(context))
            return self._output_value(output)
        except TemplateFailedError as failure:
            return failure.problems
        except ValueRejectedError as rejection:
            return (TemplateProblem(rejection.message, text, 1, rejection.origins, rejection.help),)

    def inline_reads(self, text: str) -> FieldReads | None:
        """What of a context a template in one line looks at; `None` where that cannot be told, or it is no template."""
        try:
            self._compile(text, text=True)
        except TemplateFailedError:
            return None
        return template_reads(self._sandbox.parse(text))

    def _output_value(self, output: TemplateOutput) -> "TemplateValue | bool":
        if len(output.values) == 1 and _PLACEHOLDER.fullmatch(output.text):
            value = output.values[0]
            if to_plain(value, ValueBudget(self._limits.max_values)) is OMIT:
                return OMIT
            if isinstance(value, TracedBool):
                return bool(value)  # a caller may ask `is True`
            if not isinstance(value, (str, InterpolatedText)):
                return wrap(value, ()) if not isinstance(value, bool) else value
        parts: list[TextPart] = []
        for index, part in enumerate(_PLACEHOLDER.split(output.text)):
            parts.append(placeholder(output.values[int(part)]) if index % 2 else part)
        interpolation = InterpolatedText([part for part in parts if part])
        result = output.values[0] if len(interpolation.parts) == 1 and output.values else interpolation
        return result if isinstance(result, TracedStr) else traced_str(str(result), interpolation.origins)

    def _compile(self, name: str, *, text: bool) -> Template:
        template = self._templates.get((name, text))
        if template is None:
            try:
                template = compile_template(self._sandbox, name, name if text else None)
            except TemplateFailedError as failure:
                template = failure
            self._templates[name, text] = template
        if isinstance(template, TemplateFailedError):
            raise template
        return template

    def _parse_rules(self, languages: Mapping[str, str]) -> LanguageRules:
        key = tuple(languages.items())
        if key not in self._rules:
            self._rules[key] = parse_rules(languages)
        return self._rules[key]

    def _parse_skeleton(self, output_text: str, rules: LanguageRules) -> skeleton.Skeleton:
        key = (output_text, rules)
        parsed_skeleton = self._skeletons.get(key)
        if parsed_skeleton is None:
            if len(self._skeletons) >= _MAX_SKELETONS:
                self._skeletons.clear()
            parsed_skeleton = self._skeletons[key] = skeleton.parse(output_text, rules)
        return parsed_skeleton

    def _fill_data(
        self, output: TemplateOutput, output_format: Format, rules: LanguageRules, *, trace: bool
    ) -> FilledTemplate | tuple[OutputProblem, ...]:
        parsed_skeleton = self._parse_skeleton(output.text, rules)
        problems = list(parsed_skeleton.problems)
        if output_format.name == "json" and len(parsed_skeleton.documents) != 1 and not problems:
            problems.append(
                OutputProblem(
                    1, f"a JSON file is one document, and the template makes {len(parsed_skeleton.documents)}"
                )
            )
        if problems:
            return tuple(problems)
        state = FillState(output.values, ValueBudget(self._limits.max_values), problems)
        try:
            documents = tuple([node.fill(state) for node in parsed_skeleton.documents])
        except RecursionError:
            return (OutputProblem(1, "a value that is placed nests too deep"),)
        for node, document in zip(parsed_skeleton.documents, documents, strict=True):
            if document is OMIT and isinstance(node, Slot):
                problems.append(
                    OutputProblem(node.line, "`omit` cannot be a document", (), "leave it out with `{% if %}`")
                )
        if problems:
            return tuple(problems)
        source_map = self._source_map(parsed_skeleton, output.values) if trace else None
        return FilledTemplate(documents, None, source_map, self._comments(parsed_skeleton, output.values))  # type: ignore[arg-type]  # no document is omit

    def _fill_text(
        self, output: TemplateOutput, output_format: Format, rules: LanguageRules, *, trace: bool
    ) -> FilledTemplate | tuple[OutputProblem, ...]:
        """Text, and the data that stands before it between two lines of `---`, where the format has such."""
        if output_format.new_escaper is None:
            raise UsageError(f"`{output_format.name}` writes no text")
        front_matter = _FRONT_MATTER.match(output.text) if output_format.has_front_matter else None
        line_offset = front_matter[0].count("\n") if front_matter else 0
        body, problems = text_renderer.fill_text(
            output.text[front_matter.end() if front_matter else 0 :], output.values, output_format.new_escaper()
        )
        problems = tuple(replace(problem, line=problem.line + line_offset) for problem in problems)
        if front_matter is None:
            return problems or FilledTemplate((), body)
        front_data = self._fill_data(
            TemplateOutput(f"\n{front_matter[1]}", output.values), FORMATS["yaml"], rules, trace=trace
        )
        if not isinstance(front_data, FilledTemplate):
            return (*front_data, *problems)
        if len(front_data.documents) != 1 or not isinstance(front_data.documents[0], dict):
            problems = (OutputProblem(1, "what stands before the text between two lines of `---` is no map"), *problems)
        return problems or replace(front_data, text=f"---\n{dump(front_data.documents, 'yaml')}---\n{body}")

    def _source_map(self, parsed_skeleton: skeleton.Skeleton, values: list[object]) -> SourceMap:
        return {
            (number, pointer): origins
            for number, node in enumerate(parsed_skeleton.documents)
            for pointer, origins in trace_origins(node, values).items()
        }

    def _comments(self, parsed_skeleton: skeleton.Skeleton, values: list[object]) -> Comments:
        if not any(isinstance(value, CommentedStr) for value in values):
            return {}
        return {
            (number, pointer): comment
            for number, node in enumerate(parsed_skeleton.documents)
            for pointer, comment in trace_comments(node, values).items()
        }

    def _locate_problems(
        self, output_problems: tuple[OutputProblem, ...], template: Template, context: Mapping[str, object]
    ) -> TemplateProblems:
        self._sandbox.steps = 0
        template_lines = output_lines(template, context) or [(template.name or "", 1)]
        problems: dict[TemplateProblem, None] = {}
        for problem in output_problems:
            path, line = template_lines[min(problem.line, len(template_lines)) - 1]
            problems[TemplateProblem(problem.message, path, line, problem.origins, problem.help)] = None
        return tuple(problems)


def _wrap_context(context: Mapping[str, object]) -> dict[str, object]:
    return {name: wrap(value, (Origin(name),)) for name, value in context.items()}
