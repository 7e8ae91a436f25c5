"""Findings as people and programs read them: one format a file, each `render(report) -> str`."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from compiler.report import json, text
from compiler.report.report import Report

__all__ = ["REPORTERS", "Report"]

REPORTERS: Mapping[str, Callable[[Report], str]] = MappingProxyType({"text": text.render, "json": json.render})
"""Format to what renders it; the command's choices, its help and its dispatch all read this."""
