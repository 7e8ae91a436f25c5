"""What counts as a key; shared by the loaders of data and of positions, which must agree."""

from typing import Any

from yaml.events import ScalarEvent


def plain_scalar_text(event: Any) -> str | None:  # noqa: ANN401 - events are distinguished by class
    """The text of a scalar without quotes, tag or anchor; `None` for other events."""
    if event.__class__ is not ScalarEvent or event.style or event.tag or event.anchor:
        return None
    text: str = event.value
    return text


def key_text(event: Any) -> str | None:  # noqa: ANN401 - as above
    """The key as written; `None` for what cannot be a key: nothing, an alias, a map, a list."""
    if event.__class__ is not ScalarEvent or not (event.value or event.style):
        return None
    text: str = event.value
    return text
