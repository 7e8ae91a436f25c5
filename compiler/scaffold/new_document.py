"""A new document of a kind: its text, and where it belongs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import dirname, join, relpath

from compiler.foundation.errors import UsageError
from compiler.foundation.json_data import Json, Object, Pointer, as_list, as_object
from compiler.scaffold.existing_project import Known
from compiler.scaffold.schema_catalog import EDITOR_FOLDER, Catalogue, word
from compiler.scaffold.spec_template import Outline
from compiler.spec.portfolio import DEFAULTS_FILE, VERSION

LIFECYCLE = "development"
FIRST_VERSION = "0.1.0"
_AFTER_BIRTH = frozenset({"formerly", "releases", "retirement"})
"""Keys of a Model that only an older one has: a first release is said in short."""
_LAST = ("deploy", "environments")


@dataclass(frozen=True, slots=True)
class New:
    """What is asked for."""

    kind: str
    name: str
    type: str = ""
    owner: str = ""
    target: str = ""
    folder: str = ""


def path_of(new: New, known: Known, catalogue: Catalogue) -> str:
    """Where the document belongs; one with files beside it gets a folder of its own."""
    if new.kind == "Defaults":
        return join(new.name, DEFAULTS_FILE)
    if new.kind == "Policy":
        return join(new.folder or f"{known.folder('schemas')}/policies", f"{new.name}.yaml")
    if new.kind != "Model":
        return join(new.folder or f"{known.folder('models')}/{word(new.kind)}s", f"{new.name}.yaml")
    folder = new.folder or known.folder("models")
    source = as_object(as_object(catalogue.type(new.type)["$defs"])["Source"])
    beside = {mark.pointer[1] for mark in catalogue.language.type(new.type).beside}
    has_files = not beside.isdisjoint(as_list(source.get("required")))
    return join(folder, new.name, "spec.yaml") if has_files else join(folder, f"{new.name}.yaml")


def text_of(new: New, path: str, known: Known, catalogue: Catalogue) -> str:
    """The document, with the line that tells editors its schema."""
    is_model = new.kind == "Model"
    schema = _as_read(catalogue.type(new.type)) if is_model else catalogue.kind(new.kind)
    outline = Outline(
        schema=schema,
        given=_model(new, path, known) if is_model else _other(new, known, schema),
        required=frozenset(_asked(path, known) if is_model else ()),
        left_out=_AFTER_BIRTH if is_model else frozenset(),
        named={kind: known.names(kind) for kind in ("Team", "UseCase", "Dataset", "Policy", "Model")},
        hints=_hints(new, known) if is_model else {},
    )
    return f"{_modeline(new.kind, path, known)}{outline.text()}"


def _as_read(model: Object) -> Object:
    """The schema of a Model with its fields in the order that people read them: what it is, how it runs, and where."""
    fields = as_object(model["properties"])
    first = {name: node for name, node in fields.items() if name not in _LAST}
    return {**model, "properties": first | {name: fields[name] for name in _LAST}}


def _modeline(kind: str, path: str, known: Known) -> str:
    for folder in (EDITOR_FOLDER, f"{known.folder('schemas')}/modelyard/v1"):
        schema = f"{folder}/{word(kind)}.schema.json"
        if known.tree.has(schema):
            return f"# yaml-language-server: $schema={relpath(schema, dirname(path))}\n"
    return ""


def _head(new: New) -> dict[Pointer, Json]:
    return {("apiVersion",): VERSION, ("kind",): new.kind, ("name",): new.name}


def _other(new: New, known: Known, schema: Object) -> Mapping[Pointer, Json]:
    given = _head(new)
    if "name" not in as_object(schema["properties"]):
        del given["name",]
    if "owner" in as_list(schema.get("required")):
        given |= _only(("owner",), known.names("Team"))
    return given


def _asked(path: str, known: Known) -> Iterator[str]:
    """What every Model says, but for what it inherits: a key without a value would take that away."""
    yield from ("version", "source", "environments")
    yield from (key for key in ("owner", "lifecycle", "summary") if not known.inherits(path, (key,)))


def _model(new: New, path: str, known: Known) -> Mapping[Pointer, Json]:
    environment = known.first_environment(LIFECYCLE)
    given = _head(new) | {("type",): new.type, ("version",): FIRST_VERSION}
    obvious = {
        ("owner",): known.names("Team"),
        ("tenant",): known.tenants(environment),
        ("lifecycle",): (LIFECYCLE,),
        ("deploy", "target"): tuple(known.targets(new.type)),
    }
    for pointer, candidates in obvious.items():
        if not known.inherits(path, pointer):
            given |= _only(pointer, candidates)
    given |= {("owner",): new.owner} if new.owner else {}
    if new.target:
        given["deploy", "target"] = new.target
    elif not known.inherits(path, ("deploy", "target")):
        given.setdefault(("deploy", "target"), None)
    if environment:
        given["environments",] = {environment: {}}
    return given


def _hints(new: New, known: Known) -> Mapping[Pointer, str]:
    targets = known.targets(new.type)
    tenants = known.tenants(known.first_environment(LIFECYCLE))
    hints: dict[Pointer, str] = {}
    if len(targets) > 1:
        hints["deploy", "target"] = f"Known: {', '.join(targets)}."
    if len(tenants) > 1:
        hints["tenant",] = f"Known: {', '.join(tenants)}."
    return hints


def _only(pointer: Pointer, candidates: tuple[str, ...]) -> dict[Pointer, Json]:
    """The one candidate; of several none is obvious."""
    return {pointer: candidates[0]} if len(candidates) == 1 else {}


def require_free(new: New, path: str, known: Known) -> None:
    """Raise `UsageError` where the name or the file is taken."""
    where = known.where(new.kind, new.name)
    if where:
        raise UsageError(f"there is a {new.kind} `{new.name}` already: {where}", help="choose another name")
    if known.tree.has(path):
        raise UsageError(f"there is a file {path} already", help="choose another name or --folder, or use --print")
    if known.portfolio and known.portfolio.knows(new.kind, new.name):
        help_ = "run `modelyard check`, and mend it or choose another name"
        raise UsageError(f"there is a {new.kind} `{new.name}` already, and it is broken", help=help_)
