"""Renders the templates of one emitter."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType
from typing import Final, TypeAlias

from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import Json, Pointer
from compiler.foundation.provenance import Origins
from compiler.render import skeleton, text_renderer
from compiler.render.embedded_languages import LanguageRules, parse_rules
from compiler.render.output_formats import FORMATS, Format, dump, format_of, with_comments, with_header
from compiler.render.skeleton_nodes import FillState, Slot, TooManyProblemsError
from compiler.render.source_map import trace_comments, trace_origins
from compiler.templating.jinja_runner import (
    TemplateFailedError,
    TemplateOutput,
)
from compiler.templating.plain_values import printed_size
from compiler.templating.template_errors import OutOfStepsError, OutputProblem, TemplateProblem
from compiler.templating.template_set import TemplateProblems, TemplateSet, wrap_context
from compiler.templating.traced_values import CommentedStr, Omit

SourceMap: TypeAlias = Mapping[tuple[int, Pointer], Origins]
"""By document and pointer: the origins of leaves, of computed keys, and of maps and lists placed as a whole."""

Spend: TypeAlias = Callable[[int], None]
"""Charges steps to the template."""

Comments: TypeAlias = Mapping[tuple[int, Pointer], str]
"""By document and pointer: the comment of a leaf."""

_EMPTY: Final[Mapping[str, str]] = MappingProxyType({})
_MAX_SKELETONS = 512
_MEASURED_SHARE = 500
"""Values below this share of the limit fit in any case: a printed character takes at most one line with the deepest indentation."""
_FRONT_MATTER = re.compile(r"---\n(.*?^)---(?:\n|\Z)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class RenderedTemplate:
    """A rendered file: its data (for text: front matter), its text, and its source map if requested."""

    documents: tuple[Json, ...]
    text: str
    source_map: SourceMap | None = None


@dataclass(frozen=True, slots=True)
class FilledTemplate:
    """A file before it is written, whose data the caller can still change; text is final."""

    documents: tuple[Json, ...]
    text: str | None = None
    source_map: SourceMap | None = None
    comments: Comments = field(default_factory=dict)


class TemplateEngine:
    """Caches compiled templates and parsed skeletons; for one thread at a time."""

    def __init__(self, templates: TemplateSet) -> None:
        self._templates = templates
        self._limits = templates.limits
        self._skeletons: dict[tuple[str, LanguageRules], skeleton.Skeleton] = {}
        self._rules: dict[tuple[tuple[str, str], ...], LanguageRules] = {}

    def render(
        self, template: str, context: Mapping[str, object], *, format: str, header: str | None = None,  # noqa: A002 - the key of emitter.yaml
        languages: Mapping[str, str] = _EMPTY, trace: bool = False,
    ) -> RenderedTemplate | TemplateProblems:  # fmt: skip
        """The file that the template renders from the context, or all its problems."""
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
        """The data that the template renders from the context, or all its problems."""
        output_format = format_of(format)
        rules = self._parse_rules(languages)
        variables = wrap_context(context)
        try:
            output = self._templates.run(template, variables)
            spend = partial(self._templates.spend_steps, template)
            data = self._fill_data(output, output_format, rules, spend, trace=trace) if output_format.dump else None
            result = self._fill_text(output, output_format, rules, spend, trace=trace) if data is None else data
        except TemplateFailedError as failure:
            return failure.problems
        except OutOfStepsError as error:
            return (TemplateProblem(error.message, template, 1, error.origins, error.help),)
        return result if isinstance(result, FilledTemplate) else self._locate_problems(result, template, variables)

    def _parse_rules(self, languages: Mapping[str, str]) -> LanguageRules:
        key = tuple(languages.items())
        if key not in self._rules:
            self._rules[key] = parse_rules(languages)
        return self._rules[key]

    def _parse_skeleton(self, output_text: str, rules: LanguageRules, spend: Spend) -> skeleton.Skeleton:
        """The skeleton; it costs the same steps each time, so that the cache changes no result."""
        key = (output_text, rules)
        parsed_skeleton = self._skeletons.get(key)
        if parsed_skeleton is None:
            if len(self._skeletons) >= _MAX_SKELETONS:
                self._skeletons.clear()
            parsed_skeleton = self._skeletons[key] = skeleton.parse(output_text, rules, spend)
        else:
            spend(parsed_skeleton.steps)
        return parsed_skeleton

    def _fill_data(
        self, output: TemplateOutput, output_format: Format, rules: LanguageRules, spend: Spend, *, trace: bool
    ) -> FilledTemplate | tuple[OutputProblem, ...]:
        parsed_skeleton = self._parse_skeleton(output.text, rules, spend)
        problems = list(parsed_skeleton.problems)
        if output_format.name == "json" and len(parsed_skeleton.documents) != 1 and not problems:
            problems.append(
                OutputProblem(
                    1, f"a JSON file has one document, but the template writes {len(parsed_skeleton.documents)}"
                )
            )
        if problems:
            return tuple(problems)
        state = FillState(output.values, self._limits, problems)
        try:
            filled = [(node, node.fill(state)) for node in parsed_skeleton.documents]
        except TooManyProblemsError:
            return tuple(problems)
        except RecursionError:
            return (OutputProblem(1, "an inserted value is nested too deeply"),)
        documents = tuple([document for _, document in filled if not isinstance(document, Omit)])
        problems += [
            OutputProblem(node.line, "`omit` cannot be a document", (), "omit the document with `{% if %}`")
            for node, document in filled
            if isinstance(document, Omit) and isinstance(node, Slot)
        ]
        if self._is_too_long(documents, state):
            problems.append(OutputProblem(1, "the file is longer than one file may be", (), "render less into it"))
        if problems:
            return tuple(problems)
        source_map = self._source_map(parsed_skeleton, output.values) if trace else None
        return FilledTemplate(documents, None, source_map, self._comments(parsed_skeleton, output.values))

    def _is_too_long(self, documents: Sequence[object], state: FillState) -> bool:
        """Whether the documents print too long; measured only where the values are many, since most files are short."""
        limit = self._limits.max_characters
        spent = limit - state.budget.remaining_characters + self._limits.max_values - state.budget.remaining_values
        return spent * _MEASURED_SHARE > limit and printed_size(documents, limit) > limit

    def _fill_text(
        self, output: TemplateOutput, output_format: Format, rules: LanguageRules, spend: Spend, *, trace: bool
    ) -> FilledTemplate | tuple[OutputProblem, ...]:
        """The text and its front matter, if the format supports it."""
        if output_format.new_escaper is None:
            raise UsageError(f"`{output_format.name}` is not a text format")
        front_matter = _FRONT_MATTER.match(output.text) if output_format.has_front_matter else None
        line_offset = front_matter[0].count("\n") if front_matter else 0
        body, problems = text_renderer.fill_text(
            output.text[front_matter.end() if front_matter else 0 :],
            output.values,
            output_format.new_escaper(),
            self._limits,
        )
        problems = tuple(replace(problem, line=problem.line + line_offset) for problem in problems)
        if front_matter is None:
            return problems or FilledTemplate((), body)
        front_data = self._fill_data(
            TemplateOutput(f"\n{front_matter[1]}", output.values), FORMATS["yaml"], rules, spend, trace=trace
        )
        if not isinstance(front_data, FilledTemplate):
            return (*front_data, *problems)
        if len(front_data.documents) != 1 or not isinstance(front_data.documents[0], dict):
            problems = (OutputProblem(1, "the front matter between the two lines of `---` is not a map"), *problems)
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
        self, output_problems: tuple[OutputProblem, ...], template: str, variables: Mapping[str, object]
    ) -> TemplateProblems:
        template_lines = self._templates.output_lines(template, variables)
        problems: dict[TemplateProblem, None] = {}
        for problem in output_problems:
            path, line = template_lines[min(problem.line, len(template_lines)) - 1]
            problems[TemplateProblem(problem.message, path, line, problem.origins, problem.help)] = None
        return tuple(problems)
