"""Parameters, limits and tools of a release, passed to the container as JSON."""

import json
from typing import Literal

from compiler.foundation.json_data import Json, plain_data
from compiler.foundation.provenance import ComputedValue, Origin
from compiler.resolve.resolved_model import Release
from compiler.spec.data_types import SourceData

_TOOL_KEYS: tuple[Literal["name", "server", "allow", "sideEffects", "approval"], ...] = (
    "name",
    "server",
    "allow",
    "sideEffects",
    "approval",
)


def settings_variables(release: Release | None) -> list[ComputedValue]:
    """The environment variable that a release names in `settingsEnv`: JSON with sorted keys; empty without one."""
    env = release.source.get("settingsEnv") if release else None
    if release is None or not env:
        return []
    text = json.dumps(_settings_data(release.source), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return [ComputedValue({"name": env, "value": text}, (Origin("release", ("source",)),))]


def _settings_data(source: SourceData) -> dict[str, Json]:
    data: dict[str, Json] = {}
    if "limits" in source:
        data["limits"] = plain_data(source["limits"])
    if "timeLimit" in source:
        data["timeLimit"] = source["timeLimit"]
    if "parameters" in source:
        data["parameters"] = {parameter["name"]: parameter["value"] for parameter in source["parameters"]}
    if "tools" in source:
        data["tools"] = [{key: tool[key] for key in _TOOL_KEYS} for tool in source["tools"]]
    return data
