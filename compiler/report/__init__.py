"""Findings as people and programs read them: one format a file, each `render(report) -> str`.

A format says in its docstring what it is, how it reads a severity and where its reader stops; the reference of findings
is made from that.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from compiler.report import (
    github_annotations,
    gitlab_code_quality,
    json_report,
    junit_report,
    markdown_report,
    rdjson_report,
    sarif_report,
    text_report,
)
from compiler.report.report_formats import Report

__all__ = ["REPORTERS", "Report"]

REPORTERS: Mapping[str, Callable[[Report], str]] = MappingProxyType({
    "text": text_report.render,
    "json": json_report.render,
    "sarif": sarif_report.render,
    "gitlab": gitlab_code_quality.render,
    "junit": junit_report.render,
    "github": github_annotations.render,
    "rdjson": rdjson_report.render,
    "markdown": markdown_report.render,
})  # fmt: skip
"""Format to what renders it; the command's choices, its help and its dispatch all read this."""
