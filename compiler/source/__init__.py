"""Reads: trees of bytes, and text to documents with places. The one room that looks at specs on disk or in git."""
