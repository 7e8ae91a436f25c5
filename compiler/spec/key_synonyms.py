"""Keys of other tools, each with the field of the language that means the same."""

from collections.abc import Mapping
from types import MappingProxyType

from compiler.foundation.json_data import Pointer

_SYNONYMS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("replicas", "replicacount", "instances"), "set `deploy.scaling.min` and `deploy.scaling.max`"),
        "minreplicas": "set `deploy.scaling.min`",
        "maxreplicas": "set `deploy.scaling.max`",
        "requests": "set `cpu` and `memory` in `deploy.resources`: they are the requests",
        "limits": "set `deploy.resources.limits`",
        "metadata": "write `name` and `labels` at the top level of the document",
        "spec": "write its keys at the top level of the document",
        **dict.fromkeys(("description", "desc", "title"), "write a sentence in `summary`"),
        **dict.fromkeys(("team", "maintainer", "maintainers", "contact"), "name a Team document in `owner`"),
        **dict.fromkeys(("stage", "status", "state", "phase"), "set `lifecycle`"),
        **dict.fromkeys(("tags", "annotations"), "set `labels`"),
        **dict.fromkeys(("framework", "flavor", "flavour"), "set `source.format`"),
        **dict.fromkeys(("artifact", "modeluri", "storageuri", "location", "path"), "set `source.uri` and `source.digest`"),
        **dict.fromkeys(("checksum", "sha256", "hash"), "set `source.digest`"),
        **dict.fromkeys(("envvars", "environmentvariables", "variables"), "list them in `deploy.env`"),
        "namespace": "set `namespace` in the Environment document",
    }
)  # fmt: skip
"""By the key in lower case, without separators."""


_MAPS: frozenset[Pointer] = frozenset({(), ("deploy",), ("deploy", "resources"), ("source",)})
"""The maps in which these keys are common mistakes."""


def synonym_help(kind: str, pointer: Pointer) -> str | None:
    """Where to write what a key of another tool means in a Model, or in a layer of Models."""
    *above, key = map(str, pointer)
    parent = tuple(above[2:] if above[:1] == ["environments"] else above)
    if kind not in {"Model", "Defaults"} or parent not in _MAPS:
        return None
    return _SYNONYMS.get(key.lower().replace("-", "").replace("_", ""))
