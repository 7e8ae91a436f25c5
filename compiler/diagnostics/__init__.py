"""Findings and their codes."""
