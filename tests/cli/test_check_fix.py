"""`check --fix` writes what is safe, shows what is not, and touches no other byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.diagnostics.finding import Fix, Location
from compiler.foundation.errors import HostError
from compiler.source.text_edits import apply_fixes
from compiler.write.replace_file import replace_content


@pytest.fixture
def spec(project):
    return project / "models" / "scorer.yaml"


def change(spec, old, new) -> None:
    text = spec.read_text(encoding="utf-8")
    assert old in text
    spec.write_bytes(text.replace(old, new).encode())


def test_a_safe_fix_is_written_and_nothing_else(spec, run_command) -> None:
    change(spec, "summary: Scores applications.", "summary: no   # one word, ä comment\r")
    before = spec.read_bytes()
    result = run_command("check", "--fix")
    assert (result.code, "Applied 1 fix in 1 file" in result.err) == (0, True)
    assert spec.read_bytes() == before.replace(b"summary: no ", b'summary: "no" ')


def test_an_anchor_stays_before_what_is_mended(spec, run_command) -> None:
    change(spec, "summary: Scores applications.", "summary: &first no\nlabels: {a: *first, b: &other off}")
    before = spec.read_bytes()
    assert run_command("check", "--fix").code == 0
    assert spec.read_bytes() == before.replace(b"&first no", b'&first "no"').replace(b"&other off", b'&other "off"')


def test_a_mark_at_the_beginning_of_the_file_stays(spec, run_command) -> None:
    text = spec.read_text(encoding="utf-8").replace("summary: Scores applications.\n", "")
    spec.write_bytes(b"\xef\xbb\xbf" + f"summary: no\n{text}".encode())
    assert run_command("check", "--fix").code == 0
    assert spec.read_bytes() == b"\xef\xbb\xbf" + f'summary: "no"\n{text}'.encode()


def test_what_goes_over_lines_is_shown_and_not_mended(spec, run_command) -> None:
    change(spec, "summary: Scores applications.", "summary: 2001-12-14\n  21:59:43")
    before = spec.read_bytes()
    result = run_command("check", "--fix")
    assert (result.code, "MY007" in result.out, spec.read_bytes()) == (0, True, before)


def test_an_unsafe_fix_is_shown_and_written_only_with_its_option(spec, run_command) -> None:
    change(spec, "lifecycle: production", "lifecycel: production")
    original = spec.read_bytes()
    assert run_command("check", "--fix").code == 1
    assert spec.read_bytes() == original
    shown = run_command("check", "--diff", "--unsafe-fixes")
    assert (shown.code, "-lifecycel: production\n+lifecycle: production\n" in shown.out) == (0, True)
    assert spec.read_bytes() == original
    assert run_command("check", "--fix", "--unsafe-fixes").code == 0
    assert spec.read_bytes() == original.replace(b"lifecycel", b"lifecycle")
    assert "Applied 0 fixes in 0 files" in run_command("check", "--fix").err


def test_only_the_files_that_are_named_are_mended(spec, run_command) -> None:
    change(spec, "summary: Scores applications.", "summary: no")
    before = spec.read_bytes()
    assert run_command("check", "--fix", "models/teams.yaml").code == 0
    assert spec.read_bytes() == before


@pytest.mark.parametrize("words", [("--fix", "--rev", "HEAD"), ("--unsafe-fixes",)])
def test_what_cannot_be_mended_is_wrong_usage(project, run_command, words) -> None:
    assert run_command("check", *words).code == 2


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("new", encoding="utf-8")
    with pytest.raises(HostError, match="changed in the meantime"):
        replace_content(tmp_path, "a.yaml", b"old", b"mended")
    assert file.read_text(encoding="utf-8") == "new"


TEXTS = st.text(alphabet="ab:\n\r\tä€ ", max_size=60)


@given(TEXTS, st.data())
def test_every_character_outside_of_the_fixes_stays(text, data) -> None:
    lines = text.split("\n")
    fixes = []
    for _ in range(data.draw(st.integers(0, 4))):
        line = data.draw(st.integers(1, len(lines)))
        start = data.draw(st.integers(1, len(lines[line - 1]) + 1))
        end = data.draw(st.integers(start, len(lines[line - 1]) + 1))
        fixes.append(Fix(Location("x", line, start, line, end), data.draw(st.sampled_from(["", "Q", "QQ"]))))
    result = apply_fixes(text, fixes)
    assert set(result.applied_fixes) | set(result.skipped_fixes) <= set(fixes)
    cut = text
    for fix in sorted(result.applied_fixes, key=lambda one: one.location, reverse=True):
        at = sum(len(one) + 1 for one in lines[: fix.location.line - 1])
        cut = cut[: at + fix.location.column - 1] + fix.text + cut[at + fix.location.end_column - 1 :]
    assert result.text == cut or len(result.applied_fixes) != len(
        {(one.location.line, one.location.column) for one in result.applied_fixes}
    )
    assert apply_fixes(text, []).text == text
