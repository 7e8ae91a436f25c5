"""Reads rules and function calls from the syntax tree of a Rego file, as regorus produces it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from compiler.foundation.json_data import Json, Object

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegoSymbol:
    """A rule or call with its path and position; lines and columns count from 1."""

    path: Path
    line: int
    column: int


def package_path(module: Object) -> Path:
    """The package of a file, without `data`."""
    match module:
        case {"package": {"refr": reference}}:
            return _reference_path(reference)
    return ()


def rules(module: Object) -> Iterator[RegoSymbol]:
    """Each rule of a file by full path; a rule with several bodies occurs several times."""
    package_names = package_path(module)
    rule_nodes = module["rules"]
    for rule in rule_nodes if isinstance(rule_nodes, list) else ():
        match rule:
            case {"Spec": {"head": dict(heads), "span": span}}:
                yield from (_rule_symbol(package_names, head, span) for head in heads.values())
            case {"Default": {"span": span} as head}:
                yield _rule_symbol(package_names, head, span)


def _rule_symbol(package_names: Path, head: Json, span: Json) -> RegoSymbol:
    match head:
        case {"refr": reference}:
            return _to_symbol((*package_names, *_reference_path(reference)), span)
    return _to_symbol(package_names, span)


def calls(module: Json) -> Iterator[RegoSymbol]:
    """Each function call."""
    stack: list[Json] = [module]
    while stack:
        node = stack.pop()
        if isinstance(node, str | int | float | bool | None):
            continue
        if isinstance(node, list):
            stack += reversed(node)
        if not isinstance(node, dict):
            continue
        match node:
            case {"Call": {"fcn": function}}:
                yield _to_symbol(_reference_path(function), _root_span(function))
        stack += reversed(list(node.values()))


def _root_span(reference: Json) -> Json:
    """The span of the root variable of a reference."""
    nodes: Iterable[Json] = reference.values() if isinstance(reference, dict) else ()
    for node in nodes:
        match node:
            case {"refr": inner}:
                return _root_span(inner)
            case {"span": span}:
                return span
    return None


def _reference_path(reference: Json) -> Path:
    """The names of a reference, up to the first computed part."""
    match reference:
        case {"Var": {"value": str(name)}}:
            return (name,)
        case {"RefDot": {"refr": inner, "field": [_, str(name), *_]}}:
            return (*_reference_path(inner), name)
        case {"RefBrack": {"refr": inner, "index": {"String": {"value": str(name)}}}}:
            return (*_reference_path(inner), name)
        case {"RefBrack": {"refr": inner}}:
            return _reference_path(inner)
    return ()


def _to_symbol(path: Path, span: Json) -> RegoSymbol:
    match span:
        case {"line": int(line), "col": int(column)}:
            return RegoSymbol(path, line, column)
    return RegoSymbol(path, 1, 1)
