"""What rendered files consist of, which of them show all of it, and in one line what each file says.

A part is a field of a kind of document (`Deployment: .spec.replicas`) or a heading of a text. Files are committed as expected files until
every part is shown once; of every other file a line is committed: its kinds, how many values it holds, and the values that decide
what runs. A reviewer reads a tenth of the lines and still sees each part, and each change of a key value in any file.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

import yaml

READ_FIRST = (
    "ci/github/*",
    "prod/*.yaml",
    "prod/_argocd/*",
    "prod/_namespaces/*",
    "prod/card-fraud/*",
    "records/default-risk/*",
    "records/*.csv",
)
"""Always committed: the workflows, what environments have once, and all files and records of one model."""
FOLDERS = ("ci", "prod", "records", "staging", "dev")
"""The order in which further files are read."""
HELD_ELSEWHERE = frozenset({"records/register.json"})
"""`tests/records/test_register.py` compares it with the inventory, row by row."""

OPEN_MAPS = frozenset(
    {
        "labels",
        "annotations",
        "matchLabels",
        "data",
        "binaryData",
        "nodeSelector",
        "selector",
        "hard",
        "digest",
        "inputs",
    }
)
"""Maps whose keys are names, not fields."""
HEADINGS = (re.compile(r"^#{1,3} (.*)$", re.MULTILINE), re.compile(r"<h[1-3][^>]*>(.*?)</h[1-3]>", re.DOTALL))
GENERATED_BY = re.compile(r"(Made|Generated) by modelyard")
KEY_FIELDS = frozenset(
    """image storageUri replicas minReplicas maxReplicas minAvailable canaryTrafficPercent weight suspend schedule
    namespace cpu memory nvidia.com/gpu host alert for path""".split()  # noqa: SIM905 - words read best as text
)
"""Fields whose values decide what runs where, with how much, and when an alert fires."""


def reviewed_paths(texts: Mapping[str, str]) -> list[str]:
    """The files to commit: those that are always read, then each that shows a part that none before it shows."""
    shown: set[str] = set()
    paths = []
    for path in sorted(texts.keys() - HELD_ELSEWHERE, key=_reading_order):
        if _read_first(path) < len(READ_FIRST) or not parts(path, texts[path]) <= shown:
            paths.append(path)
            shown |= parts(path, texts[path])
    return paths


def _reading_order(path: str) -> tuple[int, int, str]:
    return _read_first(path), FOLDERS.index(path.split("/", maxsplit=1)[0]), path


def _read_first(path: str) -> int:
    return next((rank for rank, glob in enumerate(READ_FIRST) if PurePath(path).match(glob)), len(READ_FIRST))


def parts(path: str, text: str) -> set[str]:
    """The parts of a file: every field of each document with its kind, every heading of a text."""
    data = documents(path, text)
    if data:
        return {f"{kind_of(path, document)}: {pointer}" for document in data for pointer in _field_paths(document)}
    subject = path.split("/")[1]
    headings = {heading for pattern in HEADINGS for heading in pattern.findall(text) if not GENERATED_BY.match(heading)}
    return {f"{path.rpartition('/')[2]}: {heading.replace(subject, '*')}" for heading in headings}


def documents(path: str, text: str) -> list[Any]:
    """The data of a YAML or JSON file; of any other, nothing."""
    if path.endswith(".jsonl"):
        return [json.loads(line) for line in text.splitlines()]
    if path.endswith(".json"):
        return [json.loads(text)]
    return list(yaml.load_all(text, Loader=yaml.CSafeLoader)) if path.endswith((".yaml", ".yml")) else []


def kind_of(path: str, document: Any) -> str:
    """The kind of a document: its `kind`, or the end of the file's name."""
    name = path.rpartition("/")[2]
    kind = document.get("kind") if isinstance(document, dict) else None
    return str(kind or (".".join(name.split(".")[-2:]) if name.count(".") > 1 else name))


def _field_paths(node: Any, pointer: str = "") -> Iterator[str]:
    """The paths of all values, with `[]` for any element and `*` for any key that is a name."""
    if isinstance(node, dict) and node:
        is_open = pointer.rpartition(".")[2] in OPEN_MAPS
        for key, value in node.items():
            yield from _field_paths(value, f"{pointer}.{'*' if is_open else key}")
    elif isinstance(node, list) and node:
        for value in node:
            yield from _field_paths(value, f"{pointer}[]")
    else:
        yield pointer


def summary_line(path: str, text: str) -> str:
    """A file in one line: its documents by kind, how many values they hold, and their key values."""
    data = documents(path, text)
    if not data:
        return f"{path}: {len(text.splitlines())} lines, {len(parts(path, text))} headings"
    summaries = [_document_summary(path, document) for document in data]
    counts = {summary: summaries.count(summary) for summary in summaries}
    return f"{path}: " + "; ".join(f"{count} x {text}" if count > 1 else text for text, count in counts.items())


def _document_summary(path: str, document: Any) -> str:
    values = list(_values(document))
    key_values = dict.fromkeys(f"{key}={value}" for key, value in values if key in KEY_FIELDS)
    return ", ".join([f"{kind_of(path, document)} of {len(values)} values", *key_values])


def _values(node: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Each value with the key that it is under."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from _values(value, str(name))
    elif isinstance(node, list):
        for value in node:
            yield from _values(value, key)
    else:
        yield key, node
