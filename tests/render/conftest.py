"""Shared by the tests of rendering."""

import pytest

from compiler.render.template_engine import RenderedTemplate, TemplateEngine
from compiler.templating.template_set import TemplateSet

HOSTILE = [
    "a\nb: c",
    "\n",
    "a: b",
    "a #b",
    "# a",
    "- a",
    "'",
    '"',
    "''",
    '"}',
    '", "x": "y',
    "'\ninjected: true\n'",
    "{{ 7 }}",
    "{% raw %}",
    "${{ secrets.TOKEN }}",
    "$(id)",
    "`id`",
    "${HOME}",
    "; rm -rf x",
    "a && b",
    "|",
    "> x",
    "\ue0000\ue001",
    "\ue000",
    "!!python/object:os.system",
    "&anchor",
    "*alias",
    "---\nkind: Secret",
    "...",
    "%YAML 1.1",
    "<<",
    "yes",
    "null",
    "1e10",
    "0o7",
    "12:30",
    "2026-01-01",
    "",
    " ",
    "\t",
    "a\r\nb",
    "\x00",
    "\x1b[2J",
    "\x85",
    "\u2028",
    "\ufeff",
    "\u202ex",
    "😀",
    "\\",
    '\\" }',
    "x" * 20000,
    "<script>alert(1)</script>",
    "</script>",
    "--> <b>",
    "@everyone",
    "[a](javascript:b)",
    "../../etc/passwd",
    "a/../b",
    "]]",
    "[[ 7 ]]",
    "a,b",
    "{a: b}",
    "[a]",
    "?",
    "@",
    "%",
    "=",
]


OPTIONS = ("format", "header", "languages", "trace")
"""What `render` takes besides the context, which is all other names."""


@pytest.fixture(params=HOSTILE, ids=lambda text: ascii(text[:24]))
def hostile(request):
    """A text that breaks something wherever it is pasted."""
    return request.param


@pytest.fixture
def render():
    """Renders one template and gives the result, whichever it is."""

    def run(text, /, *, fragments=None, delimiters=None, **options):
        renderer = TemplateEngine(TemplateSet({"t.j2": text, **(fragments or {})}, delimiters=delimiters or {}))
        named = {"format": "yaml", **{name: options.pop(name) for name in OPTIONS if name in options}}
        return renderer.render("t.j2", options, **named)

    return run


@pytest.fixture
def data(render):
    """Renders one template that has to succeed, and gives its only document."""

    def run(text, /, **options):
        made = render(text, **options)
        assert isinstance(made, RenderedTemplate), made
        (document,) = made.documents
        return document

    return run


@pytest.fixture
def problems(render):
    """Renders one template that has to be refused, and gives what was wrong."""

    def run(text, /, **options):
        made = render(text, **options)
        assert isinstance(made, tuple), made.text
        return made

    return run


@pytest.fixture
def problem(problems):
    """The only thing that was wrong."""

    def run(text, /, **options):
        (found,) = problems(text, **options)
        return found

    return run
