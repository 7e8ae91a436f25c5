"""Jinja in a sandbox: templates and one-line expressions, run on values that know where they came from."""
