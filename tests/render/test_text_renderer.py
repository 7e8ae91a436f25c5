"""Markdown, HTML, shell and plain text: a value is written as its place demands, or refused."""

import re
import subprocess
from html.parser import HTMLParser

import pytest
import yaml
from markdown_it import MarkdownIt

from compiler.foundation.provenance import Origin
from compiler.render.template_engine import RenderedTemplate

AT_X = (Origin("x"),)


class Reader(HTMLParser):
    """What a browser would see."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data


def test_html_shows_the_value_and_nothing_comes_of_it(hostile, render):
    made = render("<p title=\"{{ x }}\">{{ x }}</p><i class='{{ x }}'></i>", format="html", x=hostile)
    reader = Reader()
    reader.feed(made.text)
    reader.close()
    shown = "".join("\ufffd" if (c < " " and c not in "\t\n") or "\x7f" <= c < "\xa0" else c for c in hostile)
    assert reader.tags == ["p", "i"]
    assert reader.attributes == [("title", shown), ("class", shown)]
    assert reader.text == shown


@pytest.mark.parametrize(
    "place",
    [
        "<script>{{ x }}</script>",
        "<style>{{ x }}</style>",
        "<p {{ x }}>",
        "<p class={{ x }}>",
        "<!-- {{ x }} -->",
        '<p onclick="{{ x }}">',
        '<p style="{{ x }}">',
        "<{{ x }}>",
        "</{{ x }}>",
        '<p "{{ x }}">',
        "<iframe>{{ x }}</iframe>",
        "<SCRIPT>{{ x }}</SCRIPT>",
        "<di{{ x }}>",
        "<p\n  {{ x }}>",
        '<script src="a">{{ x }}',
        "<script></script ><script>{{ x }}",
    ],
)
def test_html_takes_no_value_where_entities_mean_nothing(place, problem):
    found = problem(place, format="html", x="word")
    assert "a tag outside quotes" in found.message
    assert found.origins == AT_X


@pytest.mark.parametrize(
    ("place", "x", "fine"),
    [
        ('<a href="{{ x }}">', "https://a.b/c?d:e", True),
        ('<a href="{{ x }}">', "/a:b", True),
        ('<a href="{{ x }}">', "javascript:alert(1)", False),
        ('<a href="{{ x }}">', "JaVaScRiPt:x", False),
        ('<a href="{{ x }}">', "java\nscript:x", False),
        ('<a href="{{ x }}">', "data:text/html,x", False),
        ('<a href="{{ y }}{{ x }}">', ":alert(1)", False),
        ('<a href="https://h/{{ x }}">', "javascript:x", True),
        ("<a href='{{ x | html }}'>", "javascript:x", False),
        ('<a href="#{{ x }}">', "a:b", True),
        ('<img src="{{ x }}">', "vbscript:x", False),
        ('<a title="{{ x }}">', "javascript:x", True),
        ('<a href="mailto:{{ x }}">', "a@b.c", True),
        ('<a href="{{ x }}">', "word", True),
        ('<a title="a" href="{{ x }}">', "x:y", False),
    ],
)
def test_an_address_runs_no_code(place, x, fine, render):
    assert isinstance(render(place, format="html", x=x, y="javascript"), RenderedTemplate) is fine


def test_html_text_is_found_again_after_tags_and_comments(render):
    text = "<!-- > --><script>a < b</script><b title='>'>{{ x }}</b><p\n a=\"b\" c='d'>{{ x }} a < b {{ x }}"
    assert render(text, format="html", x="<&").text == text.replace("{{ x }}", "&lt;&amp;")


SAFE = [
    "echo {{ x }}",
    "echo a {{ x }} b",
    'X={{ x }}; echo "$X"',
    "echo --n={{ x }}",
    "echo 'q' \"r\" {{ x }}",
    "echo it\\'s {{ x }}",
    "# don't\necho {{ x }}",
    'echo "${HOME}" {{ x }}',
    "echo a#'b' {{ x }}",
    "echo $(echo {{ x }})",
    "echo 'a\\' {{ x }}",
]


@pytest.mark.parametrize("script", SAFE)
def test_a_shell_sees_one_word(script, hostile, render):
    result = render(
        "printf '%s' " + script.removeprefix("echo ") + "\n" if script == "echo {{ x }}" else script + "\n",
        format="shell",
        x=hostile,
    )
    if "\0" in hostile:
        assert isinstance(result, tuple)
        return
    run = subprocess.run(["/bin/sh", "-c", result.text], capture_output=True, check=True, cwd="/", env={"HOME": "/h"})
    assert not run.stderr
    if script == "echo {{ x }}":
        assert run.stdout == hostile.encode()


@pytest.mark.parametrize(
    "script",
    [
        'echo "{{ x }}"',
        "echo '{{ x }}'",
        "echo `echo {{ x }}`",
        "cat <<EOF\n{{ x }}\nEOF",
        "# {{ x }}",
        "echo $(( {{ x }} ))",
        'echo "$(echo "{{ x }}")"',
        'echo "$(echo " {{ x }} ")"',
        "echo $'{{ x }}'",
        "echo \\{{ x }}",
        "echo ${{ x }}",
        'echo "${A:-"{{ x }}"}"',
        "[[ {{ x }} -eq 1 ]]",
        "echo $[ {{ x }} ]",
        "echo ;# it's\n'{{ x }}'",
        "echo 'it\\' '{{ x }}'",
        '"{{ x | shell }}"',
        "echo '\n{{ x | shell }}\n'",
        "echo a{{ y }}#'\n{{ x }}\n'",
    ],
)
def test_where_no_quoting_makes_a_word_a_shell_takes_plain_words_alone(script, render):
    assert isinstance(render(script, format="shell", x="word", y="w"), RenderedTemplate)
    for bad in ("a b", "$(id)", "`id`", "'; id; '", '"; id; "', "a\nb", ""):
        found = render(script, format="shell", x=bad, y="w")
        assert isinstance(found, tuple), found.text
        assert found[0].origins == AT_X


@pytest.mark.parametrize(
    ("text", "x", "expected_output"),
    [
        ("# {{ x }}\n", "A *card* model", r"# A \*card\* model"),
        ("- {{ x }}\n", "a\n\nb", "- a b"),
        ("`{{ x }}`\n", "a*b_c", "`a*b_c`"),
        ("```\n{{ x }}\n```\n", "a *b*\nc", "```\na *b*\nc\n```"),
        ("~~~yaml\n{{ x }}\n~~~\n{{ x }}\n", "<a>", "~~~yaml\n<a>\n~~~\n&lt;a&gt;"),
        ("|{{ x }}|\n", "a|b", r"|a\|b|"),
        ("{{ x }}\n", 5, "5"),
        ("{{ x }}\n", True, "true"),
        ("{{ x | markdown }}\n", "*", r"\*"),
        ("---\nname: {{ x }}\n---\n# {{ x }} {{ 'a*' }}\n", "a-b", "---\nname: a-b\n---\n# a-b a*"),
        ("a `b` {{ x }}\n", "*", r"a `b` \*"),
        ("{% macro f(y) %}**{{ y }}**{% endmacro %}\n{{ f(x) }}\n", "*", r"**\***"),
        ("<!-- {{ x }} -->\n", "-->", "<!-- &#45;-&gt; -->"),
        ("# {{ x }}\n", "it's", "# it's"),
        ("> {{ x }}\n", "it's", "> it's"),
        ("<i title='{{ x }}'>{{ x }}</i>\n", "it's", "<i title='it&#x27;s'>it's</i>"),
        ("<i\n  title='{{ x }}'>\n", "'", "<i\n  title='&#x27;'>"),
    ],
)
def test_markdown_keeps_its_layout(text, x, expected_output, render):
    assert render(text, format="markdown", x=x).text == expected_output + "\n"


@pytest.mark.parametrize(
    ("text", "x"),
    [
        ("`{{ x }}`", "a`b"),
        ("`{{ x }}`", "a\nb"),
        ("```\n{{ x }}\n```", "a\n```\nb"),
        ("~~~\n{{ x }}\n~~~", "~~~"),
        ("- ```\n  {{ x }}\n  ```", "```"),
        ("[a]({{ x }})", "javascript:alert(1)"),
        ("[a](java{{ x }})", "script:alert(1)"),
        ("![a]({{ x }})", "data:text/html,<script>"),
    ],
)
def test_what_would_end_code_or_run_from_a_link_is_refused(text, x, problem):
    assert problem(text, format="markdown", x=x).origins == AT_X


FRONT = "---\nname: {{ x }}\nlist: [{{ x }}]\nsize: 1\n---\n# {{ x }}\n"


def test_what_stands_before_markdown_is_data_and_no_value_leaves_its_place(hostile, render):
    made = render(FRONT, format="markdown", x=hostile, header="Made")
    opening, comment, front, body = re.fullmatch(r"(---\n)(# Made\n)(.*?)\n---\n(.*)", made.text, re.DOTALL).groups()
    assert (opening, comment) == ("---\n", "# Made\n")
    assert yaml.safe_load(front) == {"name": hostile, "list": [hostile], "size": 1}
    assert made.documents == ({"name": hostile, "list": [hostile], "size": 1},)
    assert body.startswith("# ")
    assert body.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("---\nname: {{ x }}: b\n---\n", 2, ""),
        ("---\n- {{ x }}\n---\n", 1, "is not a map"),
        ("---\na: 1\n---\n\n`{{ x }}`\n", 5, "would end the code"),
    ],
)
def test_what_is_wrong_before_and_after_is_reported_at_its_line(text, line, says, problems):
    found = problems(text, format="markdown", x="a`b")
    assert {problem.line for problem in found} == {line}
    assert any(says in problem.message for problem in found)


def test_three_dashes_further_down_are_a_line(render):
    assert render("# a\n\n---\nb: {{ x }}\n---\n", format="markdown", x="*").text == "# a\n\n---\nb: \\*\n---\n"


@pytest.mark.parametrize(
    ("text", "x", "address"),
    [
        ("[a]({{ x }})", "https://a.b/c_d?e=1&copy;=2", "https://a.b/c_d?e=1&copy;=2"),
        ("[a]({{ x }})", "https://a.b/)<b>", "https://a.b/%29%3Cb%3E"),
        ("[a]({{ x }})", 'https://a.b/ "title"', "https://a.b/%20%22title%22"),
        ("[a](https://a.b/{{ x }}/c)", "d e\\", "https://a.b/d%20e%5C/c"),
        ("| [a]({{ x }}) |", "https://a.b/|c", "https://a.b/%7Cc"),
        ("[a]({{ x }})", "#part", "#part"),
    ],
)
def test_a_link_leads_where_the_value_says_and_ends_where_the_template_does(text, x, address, render):
    made = render(f"{text} b\n", format="markdown", x=x).text
    inline = next(token for token in MarkdownIt().parse(made) if token.type == "inline")
    links = [token.attrs["href"] for token in inline.children if token.type == "link_open"]
    assert links == [address]
    assert inline.content.endswith((" b", " | b"))


def test_markdown_opens_nothing_for_a_value(hostile, render):
    made = render("# {{ x }}\n\n{{ x }}\n\n| a |\n|---|\n| {{ x }} |\n", format="markdown", x=hostile)
    assert made.text.count("\n") == 7
    assert "<script" not in made.text
    assert "@e" not in made.text


@pytest.mark.parametrize(
    ("x", "fine"),
    [
        ("word", True),
        ("@acme/risk", True),
        ("/models/**", True),
        (".github", True),
        ("é@b.c", False),
        ("a b", False),
        ("a\nb", False),
        ("", False),
        ("# a", False),
        ("#a", False),
        ("-a", False),
        ("!a", False),
        ("a\u2028b", False),
        ("a\u202eb", False),
        (5, True),
        (True, True),
        ([], False),
        (None, False),
    ],
)
def test_plain_text_takes_one_word_a_value(x, fine, render):
    result = render("/a {{ x }}\n", format="text", x=x, header="Made")
    assert isinstance(result, RenderedTemplate) is fine
    if fine:
        assert result.text == f"# Made\n/a {str(x).lower() if isinstance(x, bool) else x}\n"
        assert result.documents == ()
    else:
        assert (result[0].line, result[0].origins) == (1, AT_X)


def test_every_value_at_fault_is_reported_at_its_line(problems):
    found = problems("a {{ x }}\n{% if true %}\nb {{ y }}\n{% endif %}\nc {{ x }}\n", format="text", x="a b", y=" ")
    assert [(problem.line, problem.origins[0].root) for problem in found] == [(1, "x"), (3, "y"), (5, "x")]
