"""JSON Schema: what is wrong with data, in words that people can act on.

The one door is `Validator`; `unheard` says what a schema of a stranger says in vain;
`structural` and `with_defaults` make the schemas of a cluster's own resources fit for it.
"""

from compiler.json_schema.complexity import complexity_error
from compiler.json_schema.schema_lint import LintIssue, lint_schema
from compiler.json_schema.structural import apply_defaults, to_strict_schema
from compiler.json_schema.validator import SchemaError, Validator
from compiler.json_schema.violation import SchemaViolation

__all__ = [
    "LintIssue",
    "SchemaError",
    "SchemaViolation",
    "Validator",
    "apply_defaults",
    "complexity_error",
    "lint_schema",
    "to_strict_schema",
]
