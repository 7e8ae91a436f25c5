"""Rendering: templates place values, and no value ever passes through a parser of the output language."""
