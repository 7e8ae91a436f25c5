"""The names of the IANA time zone database, from the package `tzdata`: those of a system differ from machine to machine."""

from functools import cache
from importlib.resources import files

_PLACEHOLDER = "Factory"
"""The zone of a machine whose time zone is not set yet."""


@cache
def time_zone_names() -> frozenset[str]:
    """All names of time zones, links to other zones included, such as `CET`: Kubernetes and GitHub accept them."""
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()) - {_PLACEHOLDER}
