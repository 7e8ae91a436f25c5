"""The cache of earlier runs changes no byte of the output, whatever it contains."""

import json
import os
import runpy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.cli import main
from compiler.foundation.secret_redaction import Redactor
from compiler.pipeline import parse_cache
from compiler.pipeline.parse_cache import ParseCache, open_cache
from compiler.source.yaml_parse import ParseResult, parse

ROOT = Path(__file__).parents[2]
write_project = runpy.run_path(str(ROOT / "bench" / "generate.py"))["write_project"]


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """Where things are kept, however few files there are."""
    folder = tmp_path / "home" / "kept"
    monkeypatch.setenv(parse_cache.CACHE_VARIABLE, str(folder))
    monkeypatch.setattr(parse_cache, "MIN_FILES", 0)
    return folder


@pytest.fixture
def project(tmp_path) -> Path:
    folder = tmp_path / "project"
    write_project(12, folder)
    return folder


def parsed_text(parsed: ParseResult) -> str:
    documents = [(one.path, one.index, one.data, one.text, one.line) for one in parsed.documents]
    return repr((documents, parsed.findings))


TEXTS = [
    "a: 1\n---\n# nothing\n---\nb: [1.0, -0.0, 1e+3, .5, 9223372036854775807, ~, true, '1', \"é\u2029x\"]\n",
    "a: &x {b: [1, 2]}\nc: *x\nd: {<<: *x, e: 1}\n",
    "\ufeffa: b\r\nc: |\r\n  d\r\n",
    "a: 1\na: 2\n",
    "a: [1\n",
    "- 1\n",
    "a: yes\n",
    "",
    "a: !x 1\n",
    "'<<': 1\n? a b\n: 😀\n",
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


@given(st.lists(files, min_size=1, max_size=6))
def test_what_is_kept_is_what_was_read(tmp_path_factory, texts):
    file = tmp_path_factory.mktemp("kept") / f"{'0' * 32}.json"
    contents = [text.encode("utf-8", "surrogatepass") for text in texts]
    first = ParseCache(file)
    reference = [parsed_text(first.parse(content, f"{index}.yaml")) for index, content in enumerate(contents)]
    assert reference == [parsed_text(parse(content, f"{index}.yaml")) for index, content in enumerate(contents)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parse_cache, "MIN_FILES", 0)
        first.save(Redactor())
    again = ParseCache(file)
    assert [parsed_text(again.parse(content, f"{index}.yaml")) for index, content in enumerate(contents)] == reference


def check_output(project: Path, capsys, monkeypatch) -> str:
    """What a check says of a project, as programs read it."""
    monkeypatch.setattr("sys.argv", ["modelyard", "check", "--project", str(project), "--format", "json"])
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main()
    return capsys.readouterr().out


def only_file(home: Path) -> Path:
    (file,) = home.glob("*.json")
    return file


def test_a_check_says_the_same_with_and_without_what_is_kept(home, project, capsys, monkeypatch):
    broken = project / "models" / "team-00" / "team.yaml"
    broken.write_text(broken.read_text().replace("owner: team-00", "ownr: team-00", 1) + "--- {x: 1\n")
    cold, warm = check_output(project, capsys, monkeypatch), check_output(project, capsys, monkeypatch)
    monkeypatch.setenv(parse_cache.CACHE_VARIABLE, "off")
    assert cold == warm == check_output(project, capsys, monkeypatch)
    assert "ownr" not in only_file(home).read_text(), "what was remarked on is read again"


def test_what_changes_is_read_again(home, project, capsys, monkeypatch):
    assert '"findings": []' in check_output(project, capsys, monkeypatch)
    spec = project / "models" / "team-00" / "served" / "ml-00000.yaml"
    spec.write_text(spec.read_text().replace("tier:", "teir:", 1))
    assert "teir" in check_output(project, capsys, monkeypatch)


def change_bytes(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"team-00", b"team-99", 1))


def empty_file(file: Path) -> None:
    file.write_bytes(b"")


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-20])


def deep(file: Path) -> None:
    write_as_whole(file, "[" * 100_000 + "]" * 100_000)


def not_binary(file: Path) -> None:
    file.write_bytes(os.urandom(1000))


def of_another_version(file: Path) -> None:
    held = json.loads(file.read_bytes().partition(b"\n")[2])
    write_as_whole(file, json.dumps({**held, "version": "0"}))


def of_other_shapes(file: Path) -> None:
    held = json.loads(file.read_bytes().partition(b"\n")[2])
    shapes = [None, 1, "x", {}, [None], [[0]], [["0", 1, {}]], [[0, 1, []]], [[0, 1, {}, 2]]]
    files = {digest: shapes[at % len(shapes)] for at, digest in enumerate(held["files"])}
    write_as_whole(file, json.dumps({**held, "files": files}))


def replace_by_link(file: Path) -> None:
    target = file.with_name("target")
    file.rename(target)
    change_bytes(target)
    file.symlink_to(target)


def writable_by_others(file: Path) -> None:
    change_bytes(file)
    content = file.read_bytes().partition(b"\n")[2]
    write_as_whole(file, content.decode())
    file.chmod(0o666)


def in_a_folder_of_others(file: Path) -> None:
    change_bytes(file)
    write_as_whole(file, file.read_bytes().partition(b"\n")[2].decode())
    file.parent.chmod(0o777)


def write_as_whole(file: Path, content: str) -> None:
    """Written as if it were whole."""
    file.write_bytes(parse_cache.hashlib.sha256(content.encode()).hexdigest().encode() + b"\n" + content.encode())


@pytest.mark.parametrize(
    "harm",
    [
        change_bytes, empty_file, cut, deep, not_binary, of_another_version, of_other_shapes, replace_by_link, writable_by_others,
        in_a_folder_of_others,
    ],
)  # fmt: skip
def test_whatever_happens_to_it_a_check_says_the_same(harm, home, project, capsys, monkeypatch):
    before = check_output(project, capsys, monkeypatch)
    harm(only_file(home))
    assert check_output(project, capsys, monkeypatch) == before


@pytest.mark.parametrize("place", ["off", "relative/folder"])
def test_nothing_is_kept_where_the_user_wants_none(place, project, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(parse_cache.CACHE_VARIABLE, place)
    monkeypatch.setattr(parse_cache, "MIN_FILES", 0)
    before = sorted(tmp_path.rglob("*"))
    check_output(project, capsys, monkeypatch)
    assert sorted(tmp_path.rglob("*")) == before


def test_nothing_is_kept_in_the_checkout_that_is_checked(project, monkeypatch, capsys):
    (project.parent / ".git").mkdir()
    cache_folder = project.parent / "kept"
    monkeypatch.setenv(parse_cache.CACHE_VARIABLE, str(cache_folder))
    monkeypatch.setattr(parse_cache, "MIN_FILES", 0)
    check_output(project, capsys, monkeypatch)
    assert not cache_folder.exists()
    link = project.parent.parent / f"{project.parent.name}-link"
    link.symlink_to(project.parent)
    monkeypatch.setenv(parse_cache.CACHE_VARIABLE, str(link / "kept"))
    check_output(project, capsys, monkeypatch)
    assert not cache_folder.exists()


def test_a_folder_that_cannot_be_made_is_no_mistake(project, monkeypatch, capsys, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(parse_cache.CACHE_VARIABLE, str(tmp_path / "file" / "kept"))
    assert '"findings": []' in check_output(project, capsys, monkeypatch)


def test_few_projects_are_kept_and_no_file_of_others_is_lost(home, tmp_path):
    home.mkdir(parents=True)
    (home / "notes.json").write_text("mine")
    for number in range(parse_cache.MAX_PROJECTS + 5):
        held = open_cache(tmp_path / f"project-{number}", tmp_path / f"project-{number}")
        held.parse(b"a: 1\n", "a.yaml")
        held.save(Redactor())
    assert len(list(home.iterdir())) == parse_cache.MAX_PROJECTS + 1
    assert (home / "notes.json").read_text() == "mine"


def test_it_is_kept_from_others_whatever_the_user_lets_others_do(home, project, capsys, monkeypatch):
    before = os.umask(0)
    try:
        check_output(project, capsys, monkeypatch)
    finally:
        os.umask(before)
    assert home.stat().st_mode & 0o777 == 0o700
    assert only_file(home).stat().st_mode & 0o777 == 0o600


def test_small_projects_and_small_changes_are_not_worth_writing(tmp_path):
    file = tmp_path / f"{'0' * 32}.json"
    few = ParseCache(file)
    for number in range(parse_cache.MIN_FILES - 1):
        few.parse(f"a: {number}\n".encode(), "a.yaml")
    few.save(Redactor())
    assert not file.exists()
    for number in range(2 * parse_cache.MIN_FILES):
        few.parse(f"a: {number}\n".encode(), "a.yaml")
    few.save(Redactor())
    modified_at = file.stat().st_mtime_ns
    again = ParseCache(file)
    for number in range(1, 2 * parse_cache.MIN_FILES + 1):
        again.parse(f"a: {number}\n".encode(), "a.yaml")
    again.save(Redactor())
    assert file.stat().st_mtime_ns == modified_at
