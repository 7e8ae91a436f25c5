"""The detectors of detect-secrets for known formats and telling names; importing this module imports the package."""

import re
from dataclasses import dataclass
from typing import Any

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.plugins.keyword import DENYLIST
from detect_secrets.settings import default_settings

_EXCLUDED_DETECTORS = frozenset({"Base64HighEntropyString", "HexHighEntropyString", "IPPublicDetector"})
_KEYWORD_DETECTOR = "KeywordDetector"
_ANY_TEXT = re.compile("")


@dataclass(frozen=True, slots=True)
class DetectorSet:
    """The detectors, and a text that each match must contain: searching for it first is much cheaper."""

    shape_detectors: tuple[Any, ...]
    shape_patterns: tuple[re.Pattern[str], ...]
    keyword_detectors: tuple[Any, ...]
    keyword_pattern: re.Pattern[str]


def installed_detectors() -> DetectorSet:
    """The detectors, without those based on entropy."""
    with default_settings():
        classes: list[Any] = list(get_mapping_from_secret_type_to_class().values())
        shape_detectors = tuple(
            plugin() for plugin in classes if plugin.__name__ not in {*_EXCLUDED_DETECTORS, _KEYWORD_DETECTOR}
        )
        keyword_detectors = tuple(plugin() for plugin in classes if plugin.__name__ == _KEYWORD_DETECTOR)
    shape_patterns = tuple(
        pattern for plugin in shape_detectors for pattern in getattr(plugin, "denylist", (_ANY_TEXT,))
    )
    return DetectorSet(
        shape_detectors, shape_patterns, keyword_detectors, re.compile("|".join(DENYLIST), re.IGNORECASE)
    )
