"""What the controllers of a cluster do in the releases that its Environment declares."""

from functools import lru_cache

from compiler.foundation.json_data import Object
from compiler.plan.emitters.emitter import Emitter
from compiler.spec.data_types import EnvironmentData, FeatureData


def available_features(emitter: Emitter, environment: EnvironmentData) -> Object:
    """Each feature that the emitter lists, and whether the environment has it; none whose release is not declared."""
    versions = _declared_versions(environment)
    return {name: _is_available(feature, versions) for name, feature in emitter.data.get("features", {}).items()}


def feature_schema(emitter: Emitter) -> Object:
    """The schema of the features that the emitter lists."""
    names = emitter.data.get("features", {})
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(names),
        "properties": {name: {"type": "boolean"} for name in names},
    }


def _declared_versions(environment: EnvironmentData) -> dict[str, str]:
    return {
        name: version
        for name, value in environment.get("capabilities", {}).items()
        if isinstance(value, dict) and isinstance(version := value.get("version"), str)
    }


def _is_available(feature: FeatureData, versions: dict[str, str]) -> bool:
    version, since = versions.get(feature["capability"]), feature.get("since")
    return version is not None and since is not None and _numbers(version) >= _numbers(since)


@lru_cache(maxsize=256)
def _numbers(version: str) -> tuple[int, ...]:
    """`0.20` is the first release of 0.20."""
    numbers = tuple(int(part) for part in version.split(".") if part.isdecimal())
    return (*numbers, *(0 for _ in range(3 - len(numbers))))
