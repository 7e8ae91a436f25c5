"""Whatever is stored, and however files change between runs, a run reads what is in the files."""

import json
import os
import random
import runpy
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.cli import main
from compiler.foundation.errors import HostError
from compiler.foundation.secret_redaction import Redactor
from compiler.pipeline.session import Session
from compiler.source import blob_ids, document_reader, yaml_parse
from compiler.source.document_reader import DocumentReader, ReadFile
from compiler.source.lazy_contents import MAX_DECODED_DOCUMENTS
from compiler.source.memory_tree import MemoryTree
from compiler.source.worktree import WorkTree
from compiler.source.yaml_parse import parse
from compiler.store.cache_folder import CACHE_VARIABLE
from compiler.store.project_store import Store, open_store

ROOT = Path(__file__).parents[2]
ROUNDS = int(os.environ.get("MODELYARD_TEST_ROUNDS", "25"))
write_project = runpy.run_path(str(ROOT / "bench" / "generate.py"))["write_project"]


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "home" / "cache"
    monkeypatch.setenv(CACHE_VARIABLE, str(folder))
    return folder


@pytest.fixture
def project(tmp_path, home) -> Path:
    folder = tmp_path / "project"
    write_project(12, folder)
    return folder


@pytest.fixture
def without_races(monkeypatch) -> None:
    """Files that were written just now count as unchanged if their stat data is."""
    monkeypatch.setattr(blob_ids, "_RACY_NANOSECONDS", -(10**18))


def open_project(project: Path) -> Session:
    return Session(WorkTree(project), store=open_store(project, project))


def save(session: Session) -> None:
    session.save_documents()
    session.store.commit()


def content(session: Session) -> str:
    """Everything that a run reads from the files of specs."""
    portfolio = session.portfolio
    specs = [spec for kind in portfolio.specs.values() for spec in kind.values()]
    specs += [portfolio.project, *portfolio.defaults.values(), *(model.spec for model in portfolio.invalid_models)]
    lines = [
        (spec.kind, spec.name, spec.header, spec.document.path, spec.document.index, spec.document.line, spec.json)
        for spec in specs
    ]
    texts = [(spec.document.text, spec.document.location(("name",)), spec.document.has_tool_comments) for spec in specs]
    others = (
        portfolio.findings,
        sorted(portfolio.broken_names),
        sorted(portfolio.unnamed_kinds),
        list(portfolio.specs),
    )
    return repr((lines, texts, others))


TEXTS = [
    "a: 1\n---\n# nothing\n---\nb: [1.0, -0.0, 1e+3, .5, 9223372036854775807, ~, true, '1', \"é\u2029x\"]\n",
    "a: &x {b: [1, 2]}\nc: *x\nd: {<<: *x, e: 1}\n",
    "\ufeffa: b\r\nc: |\r\n  d\r\n",
    "a: 1\na: 2\n",
    "a: [1\n",
    "- 1\n",
    "a: yes\n",
    "a: 2026-01-01\n",
    "a: 99999999999999999999999999\n",
    'a: "\\ud800"\n',
    "",
    "a: !x 1\n",
    "'<<': 1\n? a b\n: 😀\n",
    "a: 1 # Modelyard : ignore[x]: why\n",
]
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("aé\n\"'#: "),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text("ab c", max_size=3), below, max_size=3),
    max_leaves=8,
)
files = st.sampled_from(TEXTS) | st.dictionaries(st.text("ab"), values, max_size=3).map(json.dumps)


def file_content(file: ReadFile) -> str:
    documents = [
        (document.path, document.index, document.data, document.text, document.line, document.has_tool_comments)
        for document in file.documents
    ]
    digests = [(document.data_digest, document.text_digest) for document in file.documents if not file.findings]
    return repr((documents, digests, file.findings, file.is_lfs_pointer))


@given(st.lists(files, min_size=1, max_size=6))
def test_what_is_stored_is_what_was_read(tmp_path_factory, texts):
    tree = MemoryTree({f"{index}.yaml": text.encode("utf-8", "surrogatepass") for index, text in enumerate(texts)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(tmp_path_factory.mktemp("home")))
        store = open_store(Path("/project"), Path("/project"))
        reader = DocumentReader(tree, store)
        first = [file_content(reader.read(path)) for path in tree.paths()]
        reader.save(Redactor())
        store.commit()
        parsed = [
            repr([(document.path, document.data, document.text) for document in parse(tree.read(path), path).documents])
            for path in tree.paths()
        ]
        reader = DocumentReader(tree, open_store(Path("/project"), Path("/project")))
        later_files = [reader.read(path) for path in tree.paths()]
        assert [file_content(file) for file in later_files] == first
        assert [
            repr([(document.path, document.data, document.text) for document in file.documents]) for file in later_files
        ] == parsed


def test_an_unchanged_file_is_neither_read_nor_parsed(project, without_races, monkeypatch):
    session = open_project(project)
    expected = content(session)
    save(session)
    session = open_project(project)
    monkeypatch.setattr(yaml_parse, "parse", lambda *_arguments: pytest.fail("a file was parsed"))
    read_paths: list[str] = []
    read = WorkTree.read
    monkeypatch.setattr(WorkTree, "read", lambda self, path: (read_paths.append(path), read(self, path))[1])
    models = session.portfolio.by_kind("Model")
    assert {spec.header.environments for spec in models.values()} == {("dev", "staging", "prod")}
    assert set(read_paths) <= {"modelyard.yaml"}
    assert all(spec.data["name"] == name for name, spec in models.items())
    assert set(read_paths) <= {"modelyard.yaml"}
    assert content(session) == expected


def test_equal_content_with_other_stat_data_is_read_but_not_parsed(project, without_races, monkeypatch):
    session = open_project(project)
    expected = content(session)
    save(session)
    copy = project.with_name("copy")
    shutil.copytree(project, copy)
    shutil.rmtree(project)
    copy.rename(project)
    monkeypatch.setattr(yaml_parse, "parse", lambda *_arguments: pytest.fail("a file was parsed"))
    session = open_project(project)
    assert content(session) == expected
    save(session)
    monkeypatch.setattr(document_reader, "blob_id", lambda *_arguments: pytest.fail("a file was read"))
    assert len(open_project(project).portfolio.by_kind("Model")) == 12


def test_a_file_that_changed_just_now_is_read_again(project):
    session = open_project(project)
    session.portfolio  # noqa: B018 - reads the files
    save(session)
    spec = project / "models" / "team-00" / "served" / "ml-00000.yaml"
    status = spec.stat()
    spec.write_text(spec.read_text().replace("500ms", "400ms"))
    os.utime(spec, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert spec.stat().st_size == status.st_size
    assert open_project(project).portfolio.by_kind("Model")["ml-00000"].data["sla"]["latency"] == {"p99": "400ms"}


def test_a_file_that_changes_during_a_run_ends_it(project):
    session = open_project(project)
    document = session.portfolio.by_kind("Model")["ml-00000"].document
    (project / document.path).write_text("name: other\n")
    assert document.data["name"] == "ml-00000"
    with pytest.raises(HostError, match=r"ml-00000\.yaml` changed while the project was read"):
        document.location(("name",))
    (project / document.path).unlink()
    with pytest.raises(HostError, match="changed"):
        _ = document.text


def test_data_that_another_run_removed_is_parsed(project, without_races):
    session = open_project(project)
    expected = content(session)
    save(session)
    session = open_project(project)
    models = session.portfolio.by_kind("Model")
    session.store.delete("documents", session.store.get_all("documents"))
    assert models["ml-00000"].data["name"] == "ml-00000"
    assert content(session) == expected


@pytest.mark.parametrize("table", ["documents", "files"])
@pytest.mark.parametrize("harm", [b"", b"x", b"\x90", b"\x93\x01\x02\x03", b"\xc1" * 20, b"\x91" * 5000])
def test_values_of_other_forms_are_read_again(project, without_races, table, harm):
    session = open_project(project)
    expected = content(session)
    save(session)
    store = open_store(project, project)
    store.put(table, dict.fromkeys(store.get_all(table), harm))
    store.commit()
    assert content(open_project(project)) == expected


def test_facts_of_other_forms_are_read_again(project, without_races, monkeypatch):
    monkeypatch.setattr("compiler.spec.spec_loader.encode_header", lambda _header: b"\x91\x01")
    session = open_project(project)
    expected = content(session)
    save(session)
    assert content(open_project(project)) == expected


def test_only_recently_used_data_is_in_memory(tmp_path):
    count = 3 * MAX_DECODED_DOCUMENTS
    tree = MemoryTree({f"{number}.yaml": f"name: n{number}\n" for number in range(count)})
    reader = DocumentReader(tree)
    documents = [reader.read(path).documents[0] for path in tree.paths()]
    first = documents[0].data
    assert documents[0].data is first
    assert {document.data["name"] for document in documents} == {f"n{number}" for number in range(count)}
    assert len(reader._cache._recent_data) + len(reader._cache._older_data) <= MAX_DECODED_DOCUMENTS  # noqa: SLF001 - memory is not visible otherwise
    assert documents[0].data == first


def test_a_revision_is_read_from_what_its_blobs_stored(project, monkeypatch):
    session = open_project(project)
    expected = content(session)
    save(session)

    tree = WorkTree(project)
    blob_ids = {path: tree.blob_id(path) for path in tree.paths()}

    class Revision(WorkTree):
        def stored_blob_id(self, path: str) -> str | None:
            return blob_ids[path]

        def stamp(self, _path: str) -> None:
            return None

    read_paths: list[str] = []
    monkeypatch.setattr(Revision, "read", lambda self, path: (read_paths.append(path), WorkTree.read(self, path))[1])
    session = Session(Revision(project), store=open_store(project, project))
    assert len(session.portfolio.by_kind("Model")) == 12
    assert set(read_paths) <= {"modelyard.yaml"}
    assert content(session) == expected
    save(session)
    assert content(open_project(project)) == expected


def test_a_file_that_holds_a_secret_is_not_stored_even_if_that_is_known_later(project, home):
    session = open_project(project)
    session.portfolio  # noqa: B018 - reads the files
    save(session)
    stored = b"".join(file.read_bytes() for file in home.iterdir())
    assert b"training-00" in stored
    reader = DocumentReader(WorkTree(project), open_store(project, project))
    for path in WorkTree(project).paths("models"):
        if path.endswith(".yaml"):
            reader.read(path)
    reader.save(Redactor(["training-00"]))
    reader._store.commit()  # noqa: SLF001 - a session commits its store
    assert b"training-00" not in b"".join(file.read_bytes() for file in home.iterdir())
    assert open_store(project, project).get_all("documents")


ENDS = ["---\nkind: Nothing\n", "\tx", "summary: x\n", "# end\n", "at: 2026-01-01\n"]


def swap(path: Path, other: Path) -> None:
    text = path.read_text()
    path.write_text(other.read_text())
    other.write_text(text)


def substitute(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text().replace(old, new, 1))


EDITS = {
    "replace": lambda path, _other, _random: substitute(path, "500ms", "700ms"),
    "append": lambda path, _other, random_: path.write_text(path.read_text() + random_.choice(ENDS)),
    "delete": lambda path, _other, _random: path.unlink(),
    "swap": lambda path, other, _random: swap(path, other),
    "copy": lambda path, _other, _random: shutil.copy(path, path.with_name(f"copy-{path.name}")),
    "rename": lambda path, _other, _random: path.rename(path.with_name(f"renamed-{path.name}")),
    "touch": lambda path, _other, _random: os.utime(path),
    "invalid name": lambda path, _other, _random: substitute(path, "name:", "nam:"),
    "invalid type": lambda path, _other, _random: substitute(path, "type:", "typ:"),
    "valid again": lambda path, _other, _random: (substitute(path, "nam:", "name:"), substitute(path, "typ:", "type:")),
    "companion": lambda path, other, _random: substitute(
        path, "    source:\n", f"    source:\n      files: [{other.name}]\n"
    ),
    "comment": lambda path, _other, _random: substitute(path, "\n", " # modelyard: ignore[x/y]: z\n"),
}
"""Changes of files, as a user, git or a tool makes them."""


def edit(random_: random.Random, project: Path) -> str:
    paths = sorted(path for path in (project / "models").rglob("*.yaml"))
    path, other, name = random_.choice(paths), random_.choice(paths), random_.choice(list(EDITS))
    EDITS[name](path, other, random_)
    return f"{name} {path.name}"


@pytest.mark.races
def test_after_any_edits_a_run_reads_the_same_as_a_first_run(project, monkeypatch):
    random_ = random.Random(ROUNDS)
    edits: list[str] = []
    for number in range(ROUNDS):
        with monkeypatch.context() as patch:
            if number % 2:
                patch.setattr(blob_ids, "_RACY_NANOSECONDS", -(10**18))
            edits += [edit(random_, project) for _ in range(random_.randint(0, 3))]
            session = open_project(project)
            assert content(session) == content(Session(WorkTree(project))), edits
            save(session)


def check_output(project: Path, capsys, monkeypatch) -> str:
    monkeypatch.setattr("sys.argv", ["modelyard", "check", "--project", str(project), "--format", "json"])
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main()
    return capsys.readouterr().out


def test_a_check_reports_the_same_with_and_without_what_is_stored(home, project, capsys, monkeypatch):
    broken = project / "models" / "team-00" / "team.yaml"
    broken.write_text(broken.read_text().replace("owner: team-00", "ownr: team-00", 1) + "--- {x: 1\n")
    first, second = check_output(project, capsys, monkeypatch), check_output(project, capsys, monkeypatch)
    monkeypatch.setenv(CACHE_VARIABLE, "off")
    assert first == second == check_output(project, capsys, monkeypatch)
    assert "models/team-00/team.yaml" in first
    assert b"ownr" not in b"".join(file.read_bytes() for file in home.iterdir()), "a file with findings is read again"


def test_without_a_store_nothing_is_stored(project, home):
    session = Session(WorkTree(project), store=Store())
    session.portfolio  # noqa: B018 - reads the files
    save(session)
    assert not home.exists()
