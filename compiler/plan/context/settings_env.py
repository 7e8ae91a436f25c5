"""Parameters, limits and tools of a release, passed to the container as JSON."""

import json

from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str, plain_data
from compiler.foundation.provenance import ComputedValue, Origin
from compiler.resolve.resolved_model import Release

_COPIED_KEYS = ("limits", "timeLimit")
_TOOL_KEYS = ("name", "server", "allow", "sideEffects", "approval")


def settings_variables(release: Release | None) -> list[ComputedValue]:
    """The environment variable named by a release under `as`: JSON with sorted keys; empty without one."""
    env = release.source.get("as", {}).get("env") if release else None
    if release is None or not env:
        return []
    text = json.dumps(
        _settings_data(plain_data(release.source)), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return [ComputedValue({"name": env, "value": text}, (Origin("release", ("source",)),))]


def _settings_data(source: Object) -> dict[str, Json]:
    data: dict[str, Json] = {key: source[key] for key in _COPIED_KEYS if key in source}
    if "parameters" in source:
        parameters = map(as_object, as_list(source["parameters"]))
        data["parameters"] = {as_str(parameter["name"]): parameter["value"] for parameter in parameters}
    if "tools" in source:
        tools = map(as_object, as_list(source["tools"]))
        data["tools"] = [{key: tool[key] for key in _TOOL_KEYS if key in tool} for tool in tools]
    return data
