"""The memory of a run is limited, and the person who runs it can set the limit."""

import pytest

from compiler.execution.source_tests.resource_limits import MEMORY_VARIABLE, limits_from_environment
from compiler.foundation.errors import UsageError


@pytest.mark.parametrize(("text", "expected"), [(None, 1 << 30), ("4Gi", 4 << 30), ("500M", 500_000_000)])
def test_the_environment_sets_the_limit(text, expected, monkeypatch) -> None:
    monkeypatch.delenv(MEMORY_VARIABLE, raising=False)
    if text is not None:
        monkeypatch.setenv(MEMORY_VARIABLE, text)
    assert limits_from_environment().memory_bytes == expected


@pytest.mark.parametrize("text", ["", "4", "0Gi", "-1Gi", "4 Gi", "4GB", "9" * 5000 + "Gi"])
def test_another_text_is_refused(text, monkeypatch) -> None:
    monkeypatch.setenv(MEMORY_VARIABLE, text)
    with pytest.raises(UsageError, match=MEMORY_VARIABLE):
        limits_from_environment()
