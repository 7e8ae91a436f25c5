"""What a release says of parameters, limits and tools, as the running model reads it."""

import json

from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str
from compiler.foundation.provenance import Derived, Origin
from compiler.resolve.resolved_model import Release

_TOLD = ("limits", "timeLimit")
_OF_A_TOOL = ("name", "server", "allow", "sideEffects", "approval")


def settings(release: Release | None) -> list[Derived]:
    """The environment variable that a release asks for under `as`: JSON with keys in order of name; none where it asks for none."""
    source = release.source if release else {}
    env = as_str(as_object(source.get("as")).get("env"))
    if not env:
        return []
    text = json.dumps(_told(source), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return [Derived({"name": env, "value": text}, (Origin("release", ("source",)),))]


def _told(source: Object) -> dict[str, Json]:
    told: dict[str, Json] = {key: source[key] for key in _TOLD if key in source}
    if "parameters" in source:
        chosen = map(as_object, as_list(source["parameters"]))
        told["parameters"] = {as_str(one["name"]): one["value"] for one in chosen}
    if "tools" in source:
        tools = map(as_object, as_list(source["tools"]))
        told["tools"] = [{key: tool[key] for key in _OF_A_TOOL if key in tool} for tool in tools]
    return told
