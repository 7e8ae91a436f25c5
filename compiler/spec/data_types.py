"""Types of documents and resolved models for the type checker, which reads `data_types.pyi` instead of this file.

At run time the data are the maps that the YAML parser built: every name of the stub is `dict`, and costs nothing to import.
"""


def __getattr__(name: str) -> type:
    """What replaces a type at run time."""
    if name.startswith("__"):
        raise AttributeError(name)
    return dict
