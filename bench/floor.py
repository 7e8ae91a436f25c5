"""`python bench/floor.py WORK DIR`: the least that a part of the work costs; prints its CPU seconds.

    parse   libyaml (CSafeLoader) loads every YAML file
    write   every file is written again as `build` does it: to a staging folder, then renamed; nothing is synchronised
    stat    every file is looked at
    hash    every file is read, and its SHA-256 computed

The start of Python and the reading of what `write` writes do not count.
"""

import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml


def file_paths(folder: str) -> Iterator[str]:
    """Every file below the folder, except those of git."""
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        yield from (f"{parent}/{name}" for name in names)


def parse(folder: str) -> float:
    """Load the YAML files with PyYAML's loader in C."""
    contents = [Path(path).read_bytes() for path in file_paths(folder) if path.endswith((".yaml", ".yml"))]
    begin = time.process_time()
    for content in contents:
        list(yaml.load_all(content, Loader=yaml.CSafeLoader))
    return time.process_time() - begin


def write(folder: str) -> float:
    """Write the files again; they are deleted at the end, which does not count."""
    with tempfile.TemporaryDirectory(dir=Path(folder).parent) as copy:
        seconds = 0.0
        for parent, _, names in os.walk(folder):
            target = f"{copy}/new/{os.path.relpath(parent, folder)}"
            contents = [(name, Path(parent, name).read_bytes()) for name in names]
            begin = time.process_time()
            os.makedirs(target, exist_ok=True)
            write_folder(f"{copy}/staged", target, contents)
            seconds += time.process_time() - begin
    return seconds


def write_folder(staged_prefix: str, target: str, contents: list[tuple[str, bytes]]) -> None:
    """Stage the files of one folder, then rename them."""
    for number, (_, content) in enumerate(contents):
        descriptor = os.open(f"{staged_prefix}-{number}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        os.write(descriptor, content)
        os.close(descriptor)
    for number, (name, _) in enumerate(contents):
        os.rename(f"{staged_prefix}-{number}", f"{target}/{name}")


def stat(folder: str) -> float:
    """Look at every file."""
    paths = list(file_paths(folder))
    begin = time.process_time()
    for path in paths:
        os.stat(path)
    return time.process_time() - begin


def hash_files(folder: str) -> float:
    """Read every file, and compute its digest."""
    paths = list(file_paths(folder))
    begin = time.process_time()
    for path in paths:
        hashlib.sha256(Path(path).read_bytes()).digest()
    return time.process_time() - begin


FLOORS: dict[str, Callable[[str], float]] = {"parse": parse, "write": write, "stat": stat, "hash": hash_files}

if __name__ == "__main__":
    print(FLOORS[sys.argv[1]](sys.argv[2]))
