"""What the syntax tree of a Rego file says: its rules, and the functions that it calls. Names are regorus's."""

from collections.abc import Iterator
from dataclasses import dataclass

from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a path of names, and where it stands; lines and columns count from 1."""

    path: Path
    line: int
    column: int


def package(module: Object) -> Path:
    """The package of a file, without `data`."""
    return _path(as_object(module["package"])["refr"])


def rules(module: Object) -> Iterator[Named]:
    """Each rule of a file by its whole path; a rule with several bodies comes as often."""
    home = package(module)
    for rule in as_list(module["rules"]):
        for name, body in as_object(rule).items():
            head = as_object(body)
            for inner in as_object(head.get("head")).values() if name == "Spec" else (body,):
                yield _named((*home, *_path(as_object(inner)["refr"])), as_object(head["span"]))


def calls(module: Json) -> Iterator[Named]:
    """Each call of a function, wherever it stands."""
    waiting: list[Json] = [module]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str | int | float | bool | None):
            continue
        if not isinstance(node, dict):
            waiting += reversed(as_list(node))
            continue
        call = node.get("Call")
        if isinstance(call, dict):
            function = as_object(call["fcn"])
            span = as_object(next(iter(as_object(_first(function)).values())))
            yield _named(_path(function), span)
        waiting += reversed(list(node.values()))


def _first(reference: Object) -> Json:
    """The variable that a reference begins with."""
    kind, node = next(iter(reference.items()))
    return node if kind == "Var" else _first(as_object(as_object(node).get("refr")) or {"Var": node})


def _path(reference: Json) -> Path:
    """The names of a reference, up to the first part that is computed."""
    kind, node = next(iter(as_object(reference).items()))
    found = as_object(node)
    match kind:
        case "Var":
            return (as_str(found["value"]),)
        case "RefDot":
            return (*_path(found["refr"]), as_str(as_list(found["field"])[1]))
        case "RefBrack":
            index = as_object(as_object(found["index"]).get("String"))
            return (*_path(found["refr"]), *((as_str(index["value"]),) if index else ()))
        case _:
            return ()


def _named(path: Path, span: Object) -> Named:
    line, column = span["line"], span["col"]
    return Named(path, line if isinstance(line, int) else 1, column if isinstance(column, int) else 1)
