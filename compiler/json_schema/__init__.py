"""JSON Schema validation with messages that people can act on.

The entry point is `validator.Validator`. `schema_lint.lint_schema` reports parts of a user's schema that have no effect; `structural`
prepares the schemas of Kubernetes custom resources.
"""
