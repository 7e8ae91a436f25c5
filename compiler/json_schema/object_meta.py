"""The schema of Kubernetes ObjectMeta, as far as people write it; the schemas of resources leave it open."""

from compiler.foundation.json_data import Object

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_NAME = r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?"
_KEY = rf"^({_LABEL}(\.{_LABEL})*/)?{_NAME}$"

_SUBDOMAIN: Object = {
    "type": "string",
    "maxLength": 253,
    "pattern": rf"^{_LABEL}(\.{_LABEL})*$",
    "x-modelyard-expects": "a DNS name: lower-case letters, digits, `-` and `.`, at most 253",
}
_QUALIFIED_NAMES: Object = {
    "maxLength": 317,
    "pattern": _KEY,
    "x-modelyard-expects": "a name of letters, digits, `-`, `_` and `.`, with or without `prefix/` before it",
}
_LABEL_VALUE: Object = {
    "type": "string",
    "maxLength": 63,
    "pattern": rf"^({_NAME})?$",
    "x-modelyard-expects": "at most 63 letters, digits, `-`, `_` and `.`, starting and ending with a letter or digit",
}
_OWNER_REFERENCE: Object = {
    "type": "object",
    "additionalProperties": False,
    "required": ["apiVersion", "kind", "name", "uid"],
    "properties": {
        "apiVersion": {"type": "string"},
        "kind": {"type": "string"},
        "name": {"type": "string"},
        "uid": {"type": "string"},
        "controller": {"type": "boolean"},
        "blockOwnerDeletion": {"type": "boolean"},
    },
}

OBJECT_META: Object = {
    "type": "object",
    "additionalProperties": False,
    "anyOf": [{"required": ["name"]}, {"required": ["generateName"]}],
    "properties": {
        "name": _SUBDOMAIN,
        "generateName": {"type": "string", "maxLength": 253, "pattern": r"^[a-z0-9]([-a-z0-9.]*)$"},
        "namespace": {
            "type": "string",
            "maxLength": 63,
            "pattern": rf"^{_LABEL}$",
            "x-modelyard-expects": "a DNS label: lower-case letters, digits and `-`, at most 63",
        },
        "labels": {"type": "object", "propertyNames": _QUALIFIED_NAMES, "additionalProperties": _LABEL_VALUE},
        "annotations": {
            "type": "object",
            "propertyNames": _QUALIFIED_NAMES,
            "additionalProperties": {"type": "string"},
        },
        "finalizers": {"type": "array", "items": {"type": "string"}},
        "ownerReferences": {"type": "array", "items": _OWNER_REFERENCE},
    },
}
"""Closed: fields that the API server sets (uid, resourceVersion, managedFields …) are not allowed."""
