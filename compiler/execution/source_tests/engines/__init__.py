"""Engines: one module each, with an `ENGINE` that says what it runs."""
