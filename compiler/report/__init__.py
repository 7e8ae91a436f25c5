"""Findings as people and programs read them: one format a file, each `render(report) -> str`.

A format says in its docstring what it is, how it reads a severity and where its reader stops; the reference of findings
is made from that.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from compiler.report import github_annotations as github
from compiler.report import gitlab_code_quality as gitlab
from compiler.report import json_report as json
from compiler.report import junit_report as junit
from compiler.report import markdown_report as markdown
from compiler.report import rdjson_report as rdjson
from compiler.report import sarif_report as sarif
from compiler.report import text_report as text
from compiler.report.report_formats import Report

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
