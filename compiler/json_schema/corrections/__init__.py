"""Corrections of values that a schema rejects."""

from compiler.json_schema.corrections.correction import Correction
from compiler.json_schema.corrections.correction_finder import HOW_TO_FIND, corrections, text_kind

__all__ = ["HOW_TO_FIND", "Correction", "corrections", "text_kind"]
