"""JSON Schema validation with messages that people can act on.

The entry point is `Validator`. `lint_schema` reports parts of a user's schema that have no effect; `to_strict_schema` and
`apply_defaults` prepare the schemas of Kubernetes custom resources.
"""

from compiler.json_schema.complexity import complexity_error
from compiler.json_schema.metaschema import SchemaError, SchemaMistake
from compiler.json_schema.schema_lint import LintIssue, lint_schema
from compiler.json_schema.schema_node import SchemaNode
from compiler.json_schema.structural import apply_defaults, to_strict_schema
from compiler.json_schema.validator import Validator
from compiler.json_schema.violation import SchemaViolation

__all__ = [
    "LintIssue",
    "SchemaError",
    "SchemaMistake",
    "SchemaNode",
    "SchemaViolation",
    "Validator",
    "apply_defaults",
    "complexity_error",
    "lint_schema",
    "to_strict_schema",
]
