"""Sections of a Model, one module per top-level key or group of keys."""
