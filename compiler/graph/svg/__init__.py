"""Renders a graph as SVG without any other program or font."""
