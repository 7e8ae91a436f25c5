"""Findings as people and programs read them: one format a file, each `render(report) -> str`.

A format says in its docstring what it is, how it reads a severity and where its reader stops; the reference of findings
is made from that.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from compiler.report import github, gitlab, json, junit, markdown, rdjson, sarif, text
from compiler.report.report import Report

__all__ = ["REPORTERS", "Report"]

REPORTERS: Mapping[str, Callable[[Report], str]] = MappingProxyType({
    "text": text.render,
    "json": json.render,
    "sarif": sarif.render,
    "gitlab": gitlab.render,
    "junit": junit.render,
    "github": github.render,
    "rdjson": rdjson.render,
    "markdown": markdown.render,
})  # fmt: skip
"""Format to what renders it; the command's choices, its help and its dispatch all read this."""
