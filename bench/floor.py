"""`python bench/floor.py DIR`: the least that reading costs: libyaml's events of every spec in plain data."""

import sys
from pathlib import Path

import yaml


def load_plain(loader: yaml.CSafeLoader, event: yaml.Event | None) -> object:
    """The value that begins with the event; scalars stay text."""
    if isinstance(event, yaml.MappingStartEvent):
        pairs = {}
        while not isinstance(key := loader.get_event(), yaml.MappingEndEvent):
            pairs[load_plain(loader, key)] = load_plain(loader, loader.get_event())
        return pairs
    if isinstance(event, yaml.SequenceStartEvent):
        items = []
        while not isinstance(item := loader.get_event(), yaml.SequenceEndEvent):
            items.append(load_plain(loader, item))
        return items
    return event.value if isinstance(event, yaml.ScalarEvent) else None


def load_documents(data: bytes) -> list[object]:
    """Every document of a file."""
    loader = yaml.CSafeLoader(data)
    values = []
    while not isinstance(event := loader.get_event(), yaml.StreamEndEvent):
        if isinstance(event, yaml.DocumentStartEvent):
            values.append(load_plain(loader, loader.get_event()))
    return values


if __name__ == "__main__":
    for path in Path(sys.argv[1]).rglob("*.yaml"):
        load_documents(path.read_bytes())
