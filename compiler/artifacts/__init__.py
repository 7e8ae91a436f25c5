"""Digests of artifacts: files, folders, and what stores, model hubs and registries hold."""
