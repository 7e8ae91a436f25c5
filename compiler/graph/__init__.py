"""Dependency graphs of a fleet as Mermaid, DOT and SVG."""
