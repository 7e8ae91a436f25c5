"""The mistakes of a schema: where it violates the meta-schema of its dialect."""

from collections.abc import Sequence
from typing import NamedTuple

from compiler.foundation.json_data import Object, Pointer


class SchemaMistake(NamedTuple):
    """A mistake in a schema, with its location in the schema; empty if that is unknown."""

    message: str
    pointer: Pointer

    @property
    def text(self) -> str:
        """The message with the location."""
        return f"{self.message} (at {'/'.join(map(str, self.pointer))})" if self.pointer else self.message


class SchemaError(ValueError):
    """The schema is invalid, or refers to a schema that was not given."""

    def __init__(self, mistakes: Sequence[SchemaMistake]) -> None:
        super().__init__(mistakes[0].text)
        self.mistakes = tuple(mistakes)


def metaschema_mistakes(schema: Object) -> tuple[SchemaMistake, ...]:
    """Every location where the schema violates its meta-schema, in order; jsonschema-rs reports only the first.

    Only the meta-schema is evaluated here, so that no pattern of the schema itself runs in Python.
    """
    from jsonschema import validators  # noqa: PLC0415 - the import takes a tenth of a second, and few schemas are invalid

    dialect = validators.validator_for(schema, default=validators.Draft202012Validator)
    try:
        errors = sorted(dialect(dialect.META_SCHEMA).iter_errors(schema), key=lambda error: list(map(str, error.path)))
    except RecursionError:
        return ()
    return tuple(dict.fromkeys(SchemaMistake(error.message, tuple(error.absolute_path)) for error in errors))
