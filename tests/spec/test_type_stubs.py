"""The types that mypy reads are those of the language, and the data that stages read have them."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from mypy import api

from compiler.pipeline.session import Session
from compiler.source.worktree import WorkTree
from compiler.spec import data_types
from compiler.spec.type_stubs import STUB, stub

ROOT = Path(__file__).resolve().parents[2]
TEXT = stub()
SCALARS = {"str": str, "int": int, "float": (int, float), "bool": bool, "Object": dict, "Json": object}


@pytest.mark.generated
def test_the_types_are_fresh(golden) -> None:
    golden(STUB, TEXT)


def test_a_type_is_a_plain_dict_at_run_time() -> None:
    assert data_types.ModelData is dict
    with pytest.raises(AttributeError):
        data_types.__path__  # noqa: B018 - looked up as Python's import does


def typed_dicts(text: str) -> Iterator[tuple[str, Mapping[str, ast.expr], bool]]:
    """Every TypedDict of the stub: its name, its fields, and whether they are required by default."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef):
            fields = {field.target.id: field.annotation for field in node.body if isinstance(field, ast.AnnAssign)}
            yield node.name, fields, not node.keywords
        elif isinstance(node, ast.Assign):
            keys, values = node.value.args[1].keys, node.value.args[1].values
            yield (
                node.targets[0].id,
                {key.value: value for key, value in zip(keys, values, strict=True)},
                not node.value.keywords,
            )


TYPES = {name: (fields, total) for name, fields, total in typed_dicts(TEXT)}


def mistakes(value: object, type_: ast.expr, where: str) -> Iterator[str]:
    """Where a value does not have a type."""
    match type_:
        case ast.Name(name) if name in TYPES:
            yield from field_mistakes(value, name, where)
        case ast.Subscript(ast.Name("Sequence"), element):
            if not isinstance(value, list):
                yield f"{where}: {value!r} is not a list"
            for index, item in enumerate(value if isinstance(value, list) else ()):
                yield from mistakes(item, element, f"{where}[{index}]")
        case ast.Subscript(ast.Name("Mapping"), ast.Tuple([_, element])):
            for key, item in value.items():
                yield from mistakes(item, element, f"{where}.{key}")
        case ast.Subscript(ast.Name("Required" | "NotRequired"), inner):
            yield from mistakes(value, inner, where)
        case _ if not is_of(value, type_):
            yield f"{where}: {value!r} is no {ast.unparse(type_)}"


def is_of(value: object, type_: ast.expr) -> bool:
    """Whether a scalar, or a value of one of several types, has the type."""
    match type_:
        case ast.Name(name):
            return isinstance(value, SCALARS[name]) and not (isinstance(value, bool) and name in {"int", "float"})
        case ast.Subscript(ast.Name("Literal"), literals):
            return value in {
                literal.value for literal in (literals.elts if isinstance(literals, ast.Tuple) else [literals])
            }
        case ast.BinOp():
            return any(not list(mistakes(value, choice, "")) for choice in (type_.left, type_.right))
        case ast.Constant(None):
            return value is None
    raise AssertionError(ast.unparse(type_))


def field_mistakes(value: object, name: str, where: str) -> Iterator[str]:
    fields, total = TYPES[name]
    if not isinstance(value, dict):
        yield f"{where}: {value!r} is no {name}"
        return
    for key, item in value.items():
        yield from mistakes(item, fields[key], f"{where}.{key}") if key in fields else [f"{where}: {name} has no {key}"]
    marks = {key: ast.unparse(field).partition("[")[0] for key, field in fields.items()}
    required = {key for key, mark in marks.items() if (mark != "NotRequired" if total else mark == "Required")}
    yield from (f"{where}: {key} is missing" for key in required - value.keys())


@pytest.fixture(scope="module")
def sample() -> Session:
    return Session(WorkTree(ROOT))


def test_resolved_models_have_their_types(sample) -> None:
    models = [sample.fleet.resolve(*place)[0] for place in sample.fleet.deployments()]
    assert len(models) > 20
    for model in models:
        assert list(field_mistakes(model.data, "ModelData", model.name)) == []
        owner = "".join(part.capitalize() for part in model.data["type"].split("-"))
        for type_ in ("SourceData", f"{owner}SourceData"):
            assert list(field_mistakes(model.release.source, type_, model.name)) == []


def test_documents_have_their_types(sample) -> None:
    portfolio = sample.portfolio
    documents = [portfolio.project, *portfolio.defaults.values()]
    documents += [spec for specs in portfolio.specs.values() for spec in specs.values()]
    assert {spec.kind for spec in documents} >= set(sample.language.kinds) - {"Waiver"}
    for spec in documents:
        type_ = "ModelDocumentData" if spec.kind == "Model" else f"{spec.kind}Data"
        assert list(field_mistakes(spec.data, type_, f"{spec.kind} {spec.name}")) == []


def test_emitters_have_their_types(sample) -> None:
    for emitter in sample.emitters.by_id.values():
        assert list(field_mistakes(emitter.data, "EmitterData", emitter.id)) == []


@pytest.mark.parametrize(
    ("field", "value", "wrong"),
    [
        ("lifecycle", "shipped", "'shipped' is no Literal["),
        ("lifecyle", "production", "ModelData has no lifecyle"),
        ("deploy", {"resources": {"cpu": 2}}, "model.deploy.resources.cpu: 2 is no str"),
        ("uses", [{"model": "x"}], "model.uses[0]: env is missing"),
    ],
)
def test_data_of_another_type_are_rejected(sample, field: str, value: object, wrong: str) -> None:
    model = next(filter(None, (sample.fleet.resolve(*place)[0] for place in sample.fleet.deployments())))
    (mistake,) = field_mistakes({**model.data, field: value}, "ModelData", "model")
    assert wrong in mistake


KNOWN = (
    'target: str = model.get("deploy", {}).get("target", "")',
    'for use in model.get("uses", ()): print(use["env"], use.get("model"))',
    'print("summary" in either)',
)
UNKNOWN = {
    'print(model.get("lifecyle"))': 'TypedDict "ModelData" has no key "lifecyle"',
    'print(model.get("lifecyle") == "production")': 'TypedDict "ModelData" has no key "lifecyle"',
    'print(model.get("lifecyle", ""))': 'TypedDict "ModelData" has no key "lifecyle"',
    'print(model.get("deploy", {}).get("targt"))': 'TypedDict "DeployData" has no key "targt"',
    'print(model["lifecyle"])': 'TypedDict "ModelData" has no key "lifecyle"',
    'print("lifecyle" in model)': 'TypedDict "ModelData" has no key "lifecyle"',
    'print([use for use in model.get("uses", ()) if "modl" not in use])': 'TypedDict "DependencyData" has no key "modl"',
    'print("sumary" in either)': 'TypedDict "CaseData | UseCaseData" has no key "sumary"',
    "print(model.get(key))": "Expected a literal key of the TypedDict",
}


def test_mypy_rejects_a_misspelled_field(tmp_path) -> None:
    """With the settings of the project; nothing else of the function is an error."""
    head = (
        "from compiler.spec.data_types import CaseData, ModelData, UseCaseData",
        "def function(model: ModelData, either: CaseData | UseCaseData, key: str) -> None:",
    )
    source = tmp_path / "snippet.py"
    source.write_text("\n".join((*head, *(f"    {line}" for line in (*KNOWN, *UNKNOWN)), "")))
    out, err, _ = api.run([f"--config-file={ROOT / 'pyproject.toml'}", f"--cache-dir={tmp_path}", str(source)])
    assert not err
    found = {int(line): error for line, error in re.findall(r"snippet\.py:(\d+): error: (.*?)  \[", out)}
    assert found == {len(head) + len(KNOWN) + number: error for number, error in enumerate(UNKNOWN.values(), 1)}
