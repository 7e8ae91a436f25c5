"""The schema that `modelyard schema KIND` prints."""

from compiler.foundation.errors import UsageError
from compiler.scaffold.schema_catalog import SchemaCatalog, schema_text


def select_schema(schemas: SchemaCatalog, kind_name: str, type_option: str | None) -> str:
    """The schema of `kind` or `model/TYPE` as text; raises `UsageError` for unknown or contradictory names."""
    kind_name, slash, type_name = kind_name.partition("/")
    kind = schemas.find_kind(kind_name)
    requested_type = type_name if slash else type_option
    if requested_type is None:
        return schema_text(schemas.kind_schema(kind))
    if kind != "Model":
        raise UsageError(f"{kind} has no types", help=f"modelyard schema {kind_name}")
    if slash and type_option is not None and type_option != type_name:
        raise UsageError(f"`{kind_name}/{type_name}` and --type {type_option} contradict each other", help="omit one")
    return schema_text(schemas.type_schema(schemas.find_type(requested_type)))
