"""Reads trees of files, and parses YAML to documents with locations. Only this package reads specs from disk or git."""
