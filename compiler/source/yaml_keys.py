"""What counts as a key: asked by the reader of the data and by the reader of the places, who must agree."""

from typing import Any

from yaml.events import ScalarEvent


def plain_scalar_text(event: Any) -> str | None:  # noqa: ANN401 - events are told apart by their class
    """The text of a scalar without quotes, tag or anchor; None for everything else."""
    if event.__class__ is not ScalarEvent or event.style or event.tag or event.anchor:
        return None
    text: str = event.value
    return text


def key_text(event: Any) -> str | None:  # noqa: ANN401 - events are told apart by their class
    """The key as its author wrote it; None for what is no key: nothing at all, an alias, a map, a list."""
    if event.__class__ is not ScalarEvent or not (event.value or event.style):
        return None
    text: str = event.value
    return text
