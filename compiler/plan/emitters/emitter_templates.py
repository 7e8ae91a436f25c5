"""The templates of emitters, and the values of emitter.yaml that hold one-line templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import FieldReads, Json, Pointer, iter_texts, merge_reads
from compiler.foundation.provenance import ContextValue
from compiler.plan.emitters.emitter import Emitter
from compiler.templating.context_views import read_value, to_views
from compiler.templating.plain_values import ValueBudget, to_plain
from compiler.templating.template_errors import RenderLimits
from compiler.templating.traced_values import Omit

if TYPE_CHECKING:
    from compiler.templating.template_set import TemplateSet

_MAX_RENDERED_VALUES = 4096


class EmitterTemplates:
    """Evaluates the one-line templates of emitters, and keeps the values that were rendered for one run."""

    def __init__(self) -> None:
        self._reads_by_value: dict[tuple[str, Pointer], FieldReads | None] = {}
        self._rendered_values: dict[tuple[str, Pointer, str], Json] = {}

    def templates_of(self, emitter: Emitter) -> TemplateSet:
        """The compiled templates of an emitter."""
        return emitter.template_set

    def render_value(
        self, emitter: Emitter, value: Json, context: Mapping[str, ContextValue], pointer: Pointer
    ) -> Json | Finding:
        """A value of emitter.yaml with its one-line templates rendered, or a finding at `pointer`, its location there.

        Equal inputs are rendered once: a model reads the same values in most of its environments.
        """
        if isinstance(value, str) and "{{" not in value:
            return value
        reads = self._value_reads(emitter, value, pointer)
        if reads is None:
            return self._render_value(emitter, value, to_views(context), pointer)
        context = {name: context[name] for name in reads if name in context}
        read_values = {name: read_value(item, reads[name]) for name, item in context.items()}
        key = (emitter.id, pointer, repr(read_values))
        if key in self._rendered_values:
            return self._rendered_values[key]
        result = self._render_value(emitter, value, to_views(context), pointer)
        if isinstance(result, Finding):  # a message can name fields that are not read
            return result
        if len(self._rendered_values) >= _MAX_RENDERED_VALUES:
            self._rendered_values.clear()
        self._rendered_values[key] = result
        return result

    def _value_reads(self, emitter: Emitter, value: Json, pointer: Pointer) -> FieldReads | None:
        """The fields that the one-line templates of a value read; `None` where that of one is unknown."""
        key = (emitter.id, pointer)
        if key not in self._reads_by_value:
            reads_per_text = [
                self.templates_of(emitter).inline_reads(text) for text in iter_texts(value) if "{{" in text
            ]
            all_reads = [
                field_reads
                for text_reads in reads_per_text
                if text_reads is not None
                for field_reads in text_reads.items()
            ]
            self._reads_by_value[key] = None if None in reads_per_text else merge_reads(all_reads)
        return self._reads_by_value[key]

    def _render_value(
        self, emitter: Emitter, value: Json, views: Mapping[str, object], pointer: Pointer
    ) -> Json | Finding:
        if isinstance(value, dict):
            members: dict[str, Json] = {}
            for key, child in value.items():
                member = self._render_value(emitter, child, views, (*pointer, key))
                if isinstance(member, Finding):
                    return member
                members[key] = member
            return members
        if not isinstance(value, str) or "{{" not in value:
            return value
        output = self.templates_of(emitter).evaluate(value, views)
        if isinstance(output, tuple):
            location = emitter.location(pointer)
            return Finding(
                codes.BAD_EMITTER, output[0].message, location, emitter.finding_subject(pointer), output[0].help
            )
        plain_value = to_plain(output, ValueBudget(RenderLimits()))
        return None if isinstance(plain_value, Omit) else plain_value
