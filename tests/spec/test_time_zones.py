"""Time zones are those of the IANA database."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import tzdata

from compiler.foundation.resources import type_schemas
from compiler.json_schema.validator import Validator
from compiler.spec.quantities import QuantityError, TimeZone
from compiler.spec.time_zones import time_zone_names


def test_each_name_is_a_zone_of_the_database() -> None:
    folder = Path(tzdata.__file__).parent / "zoneinfo"
    assert all((folder / name).is_file() for name in time_zone_names())
    assert {"UTC", "Etc/UTC", "Europe/Zurich", "America/Argentina/Buenos_Aires"} <= time_zone_names()
    assert ZoneInfo("Europe/Zurich").key in time_zone_names()


def test_the_schema_and_kubernetes_accept_each_name() -> None:
    """`validateTimeZone` in pkg/apis/batch/validation/validation.go of Kubernetes: parts of at most 14 characters, and not `Local`."""
    batch = type_schemas()["heuristic"]["$defs"]["Batch"]
    validator = Validator(batch["properties"]["timeZone"])
    part = re.compile(r"[A-Za-z.\-_0-9+]{1,14}")
    for name in time_zone_names():
        assert validator.is_valid(name), name
        assert TimeZone(name) == name
        assert all(part.fullmatch(word) and not word.startswith("-") for word in name.split("/")), name
    assert {"CET", "EST", "EST5EDT", "Etc/UTC", "Etc/GMT+1", "GB", "W-SU", "US/Pacific"} <= time_zone_names()


@pytest.mark.parametrize(
    ("text", "help_"),
    [
        ("Mars/Olympus", "such as `Europe/Zurich`"),
        ("Europe/Zurch", "did you mean `Europe/Zurich`?"),
        ("europe/zurich", "did you mean"),
        ("cet", "did you mean `CET`?"),
        ("Factory", "such as `Europe/Zurich`"),
    ],
)
def test_other_names_are_refused_with_the_nearest_one(text, help_) -> None:
    with pytest.raises(QuantityError, match="there is no time zone") as refusal:
        TimeZone(text)
    assert help_ in refusal.value.help
