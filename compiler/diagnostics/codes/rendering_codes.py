"""Rendering: MY5."""

from compiler.diagnostics.codes.code_factories import error
from compiler.diagnostics.finding import Code, Enforcement, Severity

TEMPLATE_ERROR = error(
    "MY501",
    "template",
    "A template cannot be rendered for this model.",
    "Values are placed, never parsed; what cannot be placed safely is refused.",
    "Change the value in the spec, or mend the template.",
)
OUTPUT_INVALID = error(
    "MY502",
    "output-invalid",
    "What was rendered does not pass the schema of its consumer.",
    "The cluster would refuse it later, or ignore it.",
    "Change the value in the spec, or mend the template.",
)
NO_OUTPUT_SCHEMA = Code(
    "MY503",
    "not-checked",
    Severity.INFO,
    Enforcement.ADVISORY,
    "No schema was at hand for a kind of output, so it was rendered and not checked.",
    "A check that did not happen must not look like one that passed.",
    "Install the extra that is named, or keep the schema in the project's `schemas/crds/`.",
)
