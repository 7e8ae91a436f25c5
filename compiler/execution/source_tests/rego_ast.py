"""Reads rules and function calls from the syntax tree of a Rego file, as regorus produces it."""

from collections.abc import Iterator
from dataclasses import dataclass

from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegoSymbol:
    """A rule or call with its path and position; lines and columns count from 1."""

    path: Path
    line: int
    column: int


def package_path(module: Object) -> Path:
    """The package of a file, without `data`."""
    return _reference_path(as_object(module["package"])["refr"])


def rules(module: Object) -> Iterator[RegoSymbol]:
    """Each rule of a file by full path; a rule with several bodies occurs several times."""
    package_names = package_path(module)
    for rule in as_list(module["rules"]):
        for name, body in as_object(rule).items():
            head = as_object(body)
            for inner in as_object(head.get("head")).values() if name == "Spec" else (body,):
                yield _to_symbol((*package_names, *_reference_path(as_object(inner)["refr"])), as_object(head["span"]))


def calls(module: Json) -> Iterator[RegoSymbol]:
    """Each function call."""
    stack: list[Json] = [module]
    while stack:
        node = stack.pop()
        if isinstance(node, str | int | float | bool | None):
            continue
        if not isinstance(node, dict):
            stack += reversed(as_list(node))
            continue
        call = node.get("Call")
        if isinstance(call, dict):
            function = as_object(call["fcn"])
            span = as_object(next(iter(as_object(_root_variable(function)).values())))
            yield _to_symbol(_reference_path(function), span)
        stack += reversed(list(node.values()))


def _root_variable(reference: Object) -> Json:
    """The root variable of a reference."""
    kind, node = next(iter(reference.items()))
    return node if kind == "Var" else _root_variable(as_object(as_object(node).get("refr")) or {"Var": node})


def _reference_path(reference: Json) -> Path:
    """The names of a reference, up to the first computed part."""
    kind, node = next(iter(as_object(reference).items()))
    fields = as_object(node)
    match kind:
        case "Var":
            return (as_str(fields["value"]),)
        case "RefDot":
            return (*_reference_path(fields["refr"]), as_str(as_list(fields["field"])[1]))
        case "RefBrack":
            index = as_object(as_object(fields["index"]).get("String"))
            return (*_reference_path(fields["refr"]), *((as_str(index["value"]),) if index else ()))
        case _:
            return ()


def _to_symbol(path: Path, span: Object) -> RegoSymbol:
    line, column = span["line"], span["col"]
    return RegoSymbol(path, line if isinstance(line, int) else 1, column if isinstance(column, int) else 1)
