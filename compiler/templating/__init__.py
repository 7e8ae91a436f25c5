"""Sandboxed Jinja: templates and one-line expressions, evaluated on values with known origins."""
