"""Time zones are those of the IANA database."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import tzdata

from compiler.spec.quantities import QuantityError, TimeZone
from compiler.spec.time_zones import time_zone_names


def test_each_name_is_a_zone_of_the_database() -> None:
    folder = Path(tzdata.__file__).parent / "zoneinfo"
    assert all((folder / name).is_file() for name in time_zone_names())
    assert {"UTC", "Etc/UTC", "Europe/Zurich", "America/Argentina/Buenos_Aires"} <= time_zone_names()
    assert ZoneInfo("Europe/Zurich").key in time_zone_names()


@pytest.mark.parametrize(
    ("text", "help_"),
    [
        ("Mars/Olympus", "such as `Europe/Zurich`"),
        ("Europe/Zurch", "did you mean `Europe/Zurich`?"),
        ("europe/zurich", "did you mean"),
    ],
)
def test_other_names_are_refused_with_the_nearest_one(text, help_) -> None:
    with pytest.raises(QuantityError, match="there is no time zone") as refusal:
        TimeZone(text)
    assert help_ in refusal.value.help
