"""Edits of specs that people would make by hand: promotion, rollback, retirement; everything else stays as it is, to the byte."""
