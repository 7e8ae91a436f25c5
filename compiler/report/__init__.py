"""Formats of findings: one module each, with `render(report) -> str`.

The docstring of a format describes what it is, how its reader shows severities and where the reader truncates; the findings reference is
generated from it.
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
"""Format name to renderer. The command's choices, its help and its dispatch use this table."""
