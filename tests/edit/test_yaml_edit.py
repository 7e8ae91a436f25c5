"""An edit says what was wanted, and everything else stays as it is, to the byte."""

import re
from difflib import SequenceMatcher

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from compiler.edit.yaml_edit import NotEditableError, append_element, delete_key, format_value, set_value
from compiler.source.yaml_parse import parse

SPEC = """# About it.
kind: Model            # a comment
releases:
  1.0.0: {source: {uri: "s3://a"}}
environments:          # where it runs
  dev: {release: 1.0.0, deploy: {scaling: {min: 1}}}   # first
  # the one that counts
  prod:
    release: 1.0.0     # for now
    canary: {release: 2.0.0, weight: 10%}
    deploy:
      scaling: {min: 2}

# The end.
"""


def document(text: str, index: int = 0):
    parsed = parse(text, "spec.yaml")
    assert not [finding.message for finding in parsed.findings if finding.is_blocking]
    return parsed.documents[index]


def edit(text: str, pointer: str, value, after: str | None = None, index: int = 0) -> str:
    return set_value(document(text, index), tuple(pointer.split("/")), value, after)


def cut(text: str, pointer: str) -> str:
    return delete_key(document(text), tuple(pointer.split("/")))


@pytest.mark.parametrize(
    ("pointer", "value", "old", "new"),
    [
        ("environments/prod/release", "2.0.0", "release: 1.0.0     # for now", "release: 2.0.0     # for now"),
        ("environments/dev/release", "2.0.0", "{release: 1.0.0, deploy", "{release: 2.0.0, deploy"),
        ("environments/dev/canary", {"release": "2.0.0", "weight": "5%"}, "{min: 1}}}", "{min: 1}}, canary: {release: 2.0.0, weight: 5%}}"),
        ("environments/prod/canary", {"release": "3.0.0", "weight": "1%"}, "{release: 2.0.0, weight: 10%}", "{release: 3.0.0, weight: 1%}"),
        ("environments/test", {"release": "1.0.0"}, "{min: 2}\n", "{min: 2}\n  test: {release: 1.0.0}\n"),
        ("environments/prod/deploy/scaling/max", 4, "{min: 2}", "{min: 2, max: 4}"),
        ("lifecycle", "retired", "{min: 2}\n", "{min: 2}\nlifecycle: retired\n"),
    ],
)  # fmt: skip
def test_a_value_is_set_where_it_belongs(pointer, value, old, new) -> None:
    assert SPEC.count(old) == 1
    assert edit(SPEC, pointer, value) == SPEC.replace(old, new)


def test_a_new_key_stands_behind_the_one_that_is_named() -> None:
    made = edit(SPEC, "environments/prod/owner", "a", after="release")
    assert made == SPEC.replace("# for now\n", "# for now\n    owner: a\n")
    assert edit(SPEC, "lifecycle", "retired", after="kind") == SPEC.replace(
        "# a comment\n", "# a comment\nlifecycle: retired\n"
    )


@pytest.mark.parametrize(
    ("pointer", "old", "new"),
    [
        ("environments/prod/canary", "    canary: {release: 2.0.0, weight: 10%}\n", ""),
        ("environments/dev/release", "{release: 1.0.0, deploy", "{deploy"),
        ("environments/dev/deploy", ", deploy: {scaling: {min: 1}}", ""),
        ("environments/prod/deploy/scaling/min", "{min: 2}", "{}"),
        ("environments/prod/deploy/scaling", "deploy:\n      scaling: {min: 2}\n", "deploy: {}\n"),
        ("environments/prod/deploy", "    deploy:\n      scaling: {min: 2}\n", ""),
    ],
)
def test_a_key_is_taken_away_with_its_line_or_its_comma(pointer, old, new) -> None:
    assert SPEC.count(old) == 1
    assert cut(SPEC, pointer) == SPEC.replace(old, new)


LINES = """prod: {
  release: 3.2.0,   # old
  # tried
  canary: {release: 3.3.0},   # a tenth
  # of it all
  owner: a   # us
}
"""


@pytest.mark.parametrize(
    ("text", "key", "expected_value"),
    [
        (LINES, "release", LINES.replace("  release: 3.2.0,   # old\n", "")),
        (LINES, "canary", LINES.replace("  canary: {release: 3.3.0},   # a tenth\n", "")),
        (LINES, "owner", LINES.replace("  owner: a   # us\n", "").replace("0},   # a tenth", "0}   # a tenth")),
        (LINES.replace("a   # us\n", "a,   # us\n"), "owner", LINES.replace("  owner: a   # us\n", "")),
        ("prod: {a: 1,   # one\n  b: 2,   # two\n  c: 3}   # all\n", "a", "prod: {b: 2,   # two\n  c: 3}   # all\n"),
        ("prod: {a: 1,   # one\n  b: 2,   # two\n  c: 3}   # all\n", "b", "prod: {a: 1,   # one\n  c: 3}   # all\n"),
        ("prod: {a: 1,   # one\n  b: 2,   # two\n  c: 3}   # all\n", "c", "prod: {a: 1,   # one\n  b: 2   # two\n  }   # all\n"),
        ("prod: {a: 1,   # one\n  b: 2, c: 3   # both\n}\n", "b", "prod: {a: 1,   # one\n  c: 3   # both\n}\n"),
        ("prod: {a: 1,   # one\n  b: 2, c: 3   # both\n}\n", "c", "prod: {a: 1,   # one\n  b: 2   # both\n}\n"),
        ("prod: {\n    a: 1   # one\n  , b: 2   # two\n  , c: 3\n}\n", "b", "prod: {\n    a: 1   # one\n  , c: 3\n}\n"),
        ("prod: {\n    a: 1   # one\n  , b: 2   # two\n}\n", "a", "prod: {\n   b: 2   # two\n}\n"),
        ("prod: {a: 1,\n  # two\n  b: 2}\n", "a", "prod: {\n  # two\n  b: 2}\n"),
    ],
)  # fmt: skip
def test_an_entry_between_brackets_goes_with_its_own_comment_alone(text, key, expected_value) -> None:
    assert cut(text, f"prod/{key}") == expected_value
    ended = text.replace("\n", "\r\n")
    assert cut(ended, f"prod/{key}") == expected_value.replace("\n", "\r\n")


def test_what_holds_nothing_yet_holds_what_is_set() -> None:
    for empty in ("{}", "", "null", "~", "{ }"):
        text = f"a:\n  prod: {empty} # why\n  dev: 1\n".replace("prod:  #", "prod: #")
        assert document(edit(text, "a/prod/release", "1.0.0")).data == {"a": {"prod": {"release": "1.0.0"}, "dev": 1}}
        assert "# why" in edit(text, "a/prod/release", "1.0.0")


def test_lines_end_as_those_around_them_do() -> None:
    made = edit(SPEC.replace("\n", "\r\n"), "environments/test", {})
    assert made == edit(SPEC, "environments/test", {}).replace("\n", "\r\n")


def test_a_file_that_ends_without_a_line_gains_no_line() -> None:
    assert edit("a:\n  b: 1", "a/c", 2) == "a:\n  b: 1\n  c: 2"


def test_another_document_of_the_file_stays_as_it_is() -> None:
    text = f"{SPEC}---\nenvironments: {{prod: {{release: 1.0.0}}}}\n"
    assert edit(text, "environments/prod/release", "9.0.0", index=1).startswith(SPEC)
    assert edit(text, "environments/prod/release", "9.0.0").endswith("---\nenvironments: {prod: {release: 1.0.0}}\n")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: &x {release: 1}\nb: *x\n", "anchor"),
        ("x: &x {release: 1}\na: *x\n", "alias"),
        ("a: {release: &x 1}\nb: *x\n", "anchor"),
        ("x: &x {release: 1}\na: {<<: *x, b: 1}\n", "`<<`"),
        ("x: &x\n  release: 1\na:\n  <<: *x\n", "`<<`"),
        ("a: !!map {release: 1}\n", "tag"),
    ],
)
def test_what_stands_in_several_places_is_for_people(text, says) -> None:
    with pytest.raises(NotEditableError) as refused:
        edit(text, "a/release", 2)
    assert says in refused.value.message
    assert refused.value.location.path == "spec.yaml"


@pytest.mark.parametrize("text", ["a: {b: &x 1, c: 2}\nd: *x\n", "a:\n  b: &x {c: 1}\n  e: 1\nd: *x\n"])
def test_an_anchor_that_an_alias_uses_is_not_removed(text) -> None:
    with pytest.raises(NotEditableError):
        cut(text, "a/b")


def test_a_quote_stays_the_quote_that_it_was() -> None:
    assert edit("a: '1.0.0' # x\n", "a", "2.0.0") == "a: '2.0.0' # x\n"
    assert edit('a: "1.0.0"\n', "a", "2.0.0") == 'a: "2.0.0"\n'


@given(some.text(max_size=12) | some.integers() | some.booleans() | some.none())
def test_what_is_spelled_means_itself(value) -> None:
    try:
        read = parse(f"a: {{b: {format_value(value)}}}\n", "")
    except UnicodeEncodeError:  # half a character, which no file holds
        return
    if not any(finding.is_blocking for finding in read.findings):  # characters that no file of ours may hold
        assert read.documents[0].data == {"a": {"b": value}}


# --- laws, over layouts that people really write ---------------------------------------------------------------------
names = some.from_regex(r"[a-z][a-z0-9-]{0,5}", fullmatch=True)
plain = names | some.integers(0, 99) | some.just("3.1.0") | some.just("10%")
data = some.recursive(plain, lambda inner: some.dictionaries(names, inner, min_size=0, max_size=4), max_leaves=12)
maps = some.dictionaries(names, data, min_size=1, max_size=4)


@some.composite
def layouts(draw) -> str:
    return "".join(draw(lines(draw(maps), "")))


@some.composite
def lines(draw, value: dict, indent: str) -> list[str]:
    result = []
    for key, member in value.items():
        if draw(some.booleans()):
            result.append(f"{indent}# about {key}\n")
        note = draw(some.sampled_from(["", "", "  # why", " # a: {b: c}"]))
        key_text = draw(some.sampled_from([key, f'"{key}"']))
        if isinstance(member, dict) and member and draw(some.booleans()):
            result += [
                f"{indent}{key_text}:{note}\n",
                *draw(lines(member, indent + draw(some.sampled_from(["  ", "    "])))),
            ]
        elif member == {} and draw(some.booleans()):
            result.append(f"{indent}{key_text}:{note}\n" if indent is None else f"{indent}{key_text}: {{}}{note}\n")
        else:
            result.append(f"{indent}{key_text}: {flow(draw, member)}{note}\n")
        if draw(some.integers(0, 5)) == 0:
            result.append("\n")
    return result


def flow(draw, value) -> str:
    if not isinstance(value, dict):
        return str(value)
    space = draw(some.sampled_from(["", " "]))
    return "{" + space + ", ".join(f"{key}: {flow(draw, member)}" for key, member in value.items()) + space + "}"


def places(value: dict, above: tuple[str, ...] = ()):
    for key, member in value.items():
        yield (*above, key)
        if isinstance(member, dict):
            yield from places(member, (*above, key))


def comments(text: str) -> list[str]:
    return re.findall(r"# (?:about|why|a:).*", text)


def has_one_meaning(text: str) -> bool:
    return not parse(text, "spec.yaml").findings


@settings(max_examples=50)
@given(layouts().filter(has_one_meaning), some.data())
def test_a_value_that_is_set_anew_changes_its_own_characters_alone(text, draw) -> None:
    original = document(text)
    leaves = [pointer for pointer in places(original.data) if not isinstance(value_at(original.data, pointer), dict)]
    if not leaves:
        return
    pointer = draw.draw(some.sampled_from(leaves))
    new_text = set_value(original, pointer, "9.9.9")
    place = original.location(pointer)
    before = text.split("\n")
    line = before[place.line - 1]
    before[place.line - 1] = f"{line[: place.column - 1]}9.9.9{line[place.end_column - 1 :]}"
    assert new_text == "\n".join(before)


@settings(max_examples=50)
@given(layouts().filter(has_one_meaning), some.data())
def test_what_is_added_and_taken_away_again_leaves_no_trace(text, draw) -> None:
    parsed_document = document(text)
    holders = [
        (),
        *(
            pointer
            for pointer in places(parsed_document.data)
            if isinstance(value_at(parsed_document.data, pointer), dict) and value_at(parsed_document.data, pointer)
        ),
    ]
    pointer = (*draw.draw(some.sampled_from(holders)), "zz-new")
    after = draw.draw(some.sampled_from([None, *value_at(parsed_document.data, pointer[:-1])]))
    made = set_value(parsed_document, pointer, {"release": "9.9.9"}, after)
    assert comments(made) == comments(text)
    assert delete_key(document(made), pointer) == text


@settings(max_examples=50)
@given(layouts().filter(has_one_meaning), some.data())
def test_what_is_taken_away_takes_its_lines_alone(text, draw) -> None:
    original = document(text)
    pointer = draw.draw(some.sampled_from(list(places(original.data))))
    new_text = delete_key(original, pointer)
    assert document(new_text).data == without_key(original.data, pointer)
    codes = SequenceMatcher(None, text.split("\n"), new_text.split("\n"), autojunk=False).get_opcodes()
    gone = [text.split("\n")[start:end] for kind, start, end, _, _ in codes if kind != "equal"]
    place = original.key_location(pointer)
    first = place.line - 1
    assert [line for line in comment_lines(new_text) if line not in comment_lines(text)] == []
    assert sum(len(part) for part in gone) <= height(text, first) + 1


def comment_lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip().startswith("#")]


def height(text: str, first: int) -> int:
    """How many lines a key takes that begins on a line: those that are indented further, and what stands between them."""
    lines_ = text.split("\n")
    indent = len(lines_[first]) - len(lines_[first].lstrip())
    last = first
    for number in range(first + 1, len(lines_)):
        line = lines_[number]
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            break
        last = number if line.strip() else last
    return last - first + 1


def value_at(value, at):
    for part in at:
        value = value[part]
    return value


def without_key(value: dict, at: tuple[str, ...]) -> dict:
    if len(at) == 1:
        return {key: member for key, member in value.items() if key != at[0]}
    return {**value, at[0]: without_key(value[at[0]], at[1:])}


ELEMENT = {"environment": "prod", "date": "2026-12-01"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "a: 1\nlist:   # why\n  - environment: dev  # first\n    date: x # last\n\n# About b.\nb: 2\n",
            (
                "a: 1\nlist:   # why\n  - environment: dev  # first\n    date: x # last\n"
                '  - environment: prod\n    date: "2026-12-01"\n\n# About b.\nb: 2\n'
            ),
        ),
        (
            "list:\n- {environment: dev}\nb: 2\n",
            'list:\n- {environment: dev}\n- environment: prod\n  date: "2026-12-01"\nb: 2\n',
        ),
        ("list:\n- a: 1", 'list:\n- a: 1\n- environment: prod\n  date: "2026-12-01"'),
        ("list: [{a: 1}]  # c\n", 'list: [{a: 1}, {environment: prod, date: "2026-12-01"}]  # c\n'),
        ("list: []\nb: 2\n", 'list: [{environment: prod, date: "2026-12-01"}]\nb: 2\n'),
        ("list:\nb: 2\n", 'list: [{environment: prod, date: "2026-12-01"}]\nb: 2\n'),
        ("a:\n  x: 1\nb: 2\n", 'a:\n  x: 1\nlist:\n  - environment: prod\n    date: "2026-12-01"\nb: 2\n'),
        ("{a: 1, b: 2}\n", '{a: 1, list: [{environment: prod, date: "2026-12-01"}], b: 2}\n'),
        ("a: 1\r\nb: 2\r\n", 'a: 1\r\nlist:\r\n  - environment: prod\r\n    date: "2026-12-01"\r\nb: 2\r\n'),
    ],
)
def test_an_element_is_appended_in_the_style_of_the_list(text, expected) -> None:
    assert append_element(document(text), "list", ELEMENT, after_key="a") == expected


@pytest.mark.parametrize("text", ["list: &l [{a: 1}]\nb: *l\n", "list: {a: 1}\n", "x: &l [{a: 1}]\nlist: *l\n"])
def test_a_list_that_others_share_is_not_edited(text) -> None:
    with pytest.raises(NotEditableError):
        append_element(document(text), "list", ELEMENT)
