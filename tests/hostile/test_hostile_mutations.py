"""Whatever stands at a place of the sample portfolio, `check` and `build` answer it with findings or with sound output.

Each mutant replaces one key or value of one document by a hostile text of YAML. A sample of fixed seed is tried; with
MODELYARD_TEST_MUTANTS=all each one is, which takes long. What a text may move in the output is learnt from two harmless
words at its place: what is the same for both is the same for a hostile text.
"""

import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from compiler.diagnostics.finding import Finding, Severity
from compiler.foundation.errors import UsageError
from compiler.pipeline.session import Session
from compiler.pipeline.stages import BuildResult, build
from compiler.report import REPORTERS, Report
from compiler.source.memory_tree import MemoryTree
from compiler.source.worktree import WorkTree
from compiler.spec.portfolio import PROJECT_FILE

ROOT = Path(__file__).resolve().parents[2]
MARK = "HOSTILEMARK"
PRODUCT = "60481729"  # of 7777 and 7777: stands in an output only if a text of a spec was run
LARGEST_SAMPLE = 40
HARMLESS = ("xharmless", "xplain")  # they sort as the injected texts do
SECONDS = 5
HOSTILE = {
    "null": "null",
    "true": "true",
    "minus one": "-1",
    "more than any float": "1e400",
    "a hundred digits": "9" * 100,
    "not a number": ".nan",
    "nothing": '""',
    "a megabyte": "x" * 1_000_000,
    "NUL": r'"\0"',
    "escape sequence": r'"\e[2J\a\b"',
    "next line and separators": r'"a\Nb\Lc\Pd"',
    "half a pair": r'"\ud800"',
    "reserved code points": r'"\uE000\uE001 \uF8FF"',
    "Jinja": '"{{ 7777 * 7777 }}{% raw %}"',
    "Jinja of attributes": "\"{{ ''.__class__.__mro__ }}\"",
    "a CI expression": '"${{ 7777 * 7777 }}"',
    "a shell's expansion": '"$(echo $((7777 * 7777))); `id` \' \\\\"',
    "a path out": "../../etc/passwd",
    "a root's path": "/etc/passwd",
    "an injected line": r'"x\ninjected: true\n# "',
    "an injected document": r'"x\n---\ninjected: true\n"',
    "an injected pair": r'"x\", \"injected\": \"y"',
    "an injected element": r'"x\", injected: {a: 1}, b: \"y"',
    "a map": "{injectedmap: 1}",
    "a list": "[1, null, [x], {}]",
    "nothing of a list": "[]",
    "depth": "[" * 60 + "]" * 60,
    "abyss": "[" * 5_000 + "]" * 5_000,
    "aliases of aliases": "[&a [x, x, x, x, x, x, x, x, x]"
    + "".join(f", &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]",
    "itself": "&a [*a]",
    "a python object": "!!python/object/apply:os.system [id]",
    "a date": "2026-01-01",
    "bytes": "!!binary aGk=",
    "a merge": "{<<: {name: x}}",
}

INJECTION_NAMES = [name for name in HOSTILE if name.startswith("an injected")]
TEMPLATES = [name for name in HOSTILE if name.startswith(("Jinja", "a CI", "a shell"))]

Pointer = tuple[str | int, ...]
Leaves = dict[Pointer, object]


@dataclass(frozen=True)
class Mutant:
    """One place of one document, and what stands there instead."""

    path: str
    index: int
    pointer: Pointer
    is_key: bool
    hostile: str

    def __str__(self) -> str:
        place = "".join(f"/{part}" for part in self.pointer)
        return f"{self.path}#{self.index}{place} {'has for a key' if self.is_key else 'is'}: {self.hostile}"


def sample() -> dict[str, bytes]:
    tree = WorkTree(ROOT)
    return {path: tree.read(path) for path in ["modelyard.yaml", *tree.paths("models")]}


def places(data: object, pointer: Pointer = ()) -> Iterator[tuple[Pointer, bool]]:
    """Every value below the document, and every key."""
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for part, child in children:
        yield (*pointer, part), False
        if isinstance(data, dict):
            yield (*pointer, part), True
        yield from places(child, (*pointer, part))


def documents(files: dict[str, bytes]) -> dict[str, list[object]]:
    texts = {path: content.decode() for path, content in files.items() if path.endswith(".yaml")}
    return {path: list(yaml.load_all(text, Loader=yaml.CSafeLoader)) for path, text in texts.items()}


def mutants(files: dict[str, bytes]) -> Iterator[Mutant]:
    for path, found in documents(files).items():
        for index, document in enumerate(found):
            for pointer, is_key in places(document):
                yield from (Mutant(path, index, pointer, is_key, hostile) for hostile in HOSTILE)


def with_mark(data: object, pointer: Pointer, *, is_key: bool) -> object:
    """The same data with the mark at the place."""
    first, *rest = pointer
    if isinstance(data, dict):
        new = {key: with_mark(value, tuple(rest), is_key=is_key) if rest and key == first else value
               for key, value in data.items()}  # fmt: skip
        if not rest and is_key:
            return {MARK if key == first else key: value for key, value in new.items()}
        return new if rest else {**new, first: MARK}
    assert isinstance(data, list)
    new_element = with_mark(data[int(first)], tuple(rest), is_key=is_key) if rest else MARK
    return [new_element if at == first else element for at, element in enumerate(data)]


def mutated_files(files: dict[str, bytes], mutant: Mutant, hostile: str | None = None) -> dict[str, bytes]:
    """The files with the mutant's text at its place, or with another text there."""
    found = list(yaml.load_all(files[mutant.path], Loader=yaml.CSafeLoader))
    found[mutant.index] = with_mark(found[mutant.index], mutant.pointer, is_key=mutant.is_key)
    text = yaml.dump_all(found, sort_keys=False, width=10_000, Dumper=yaml.CSafeDumper)
    assert text.count(MARK) == 1
    return {**files, mutant.path: text.replace(MARK, hostile or HOSTILE[mutant.hostile]).encode()}


def keys(data: object) -> Iterator[object]:
    if isinstance(data, dict):
        yield from data
    for child in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from keys(child)


def keys_of(result: BuildResult) -> set[object]:
    """The keys of everything that was built, read by another reader than ours; text that is no YAML has none."""
    all_keys: set[object] = set()
    for unit in result.units:
        for file in unit.files:
            if file.path.endswith((".yaml", ".yml", ".json")):
                for document in yaml.load_all(file.content, yaml.CSafeLoader):
                    all_keys.update(keys(document))
    return all_keys


def leaves(data: object, word: str, pointer: Pointer = ()) -> Iterator[tuple[Pointer, object]]:
    """Each leaf by its place, empty maps and lists too; where a key holds the word, its place says the mark."""
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    if not data or not isinstance(data, dict | list):
        yield pointer, data
    for part, child in children:
        yield from leaves(child, word, (*pointer, part.replace(word, MARK) if isinstance(part, str) else part))


def leaves_of(result: BuildResult, word: str) -> Leaves:
    """Every leaf of everything that was built; of a file that is no data, its text."""
    all_leaves: Leaves = {}
    for file in (file for unit in result.units for file in unit.files):
        is_data = file.path.endswith((".yaml", ".yml", ".json"))
        data = list(yaml.load_all(file.content, yaml.CSafeLoader)) if is_data else file.content.decode()
        all_leaves.update(leaves(data, word, (file.path,)))
    return all_leaves


def built_with(files: dict[str, bytes], mutant: Mutant, text: str) -> Leaves | None:
    """The leaves of what the mutant's model becomes with this YAML text at the place; nothing where a finding answers it."""
    model = documents(files)[mutant.path][mutant.index]["name"]
    built = build(Session(MemoryTree(mutated_files(files, mutant, text))), lambda name, _: name == model)
    return leaves_of(built, yaml.load(text, Loader=yaml.CSafeLoader)) if built.can_write else None


def values_of_variables(files: dict[str, bytes]) -> list[tuple[str, int, Pointer]]:
    """Where a model gives what runs a text of any kind, which must be taken and come out as it went in; what CI runs is not rendered."""
    return [
        (path, index, pointer)
        for path, found in documents(files).items()
        for index, document in enumerate(found)
        for pointer, is_key in places(document)
        if not is_key and "env" in pointer and pointer[-1] == "value" and "pipeline" not in pointer
    ]


def reports_text(run: Session, findings: tuple[Finding, ...]) -> str:
    """The findings in every format; the sentence that ends each, too."""
    report = Report(findings, run.read_text, run.summary)
    return "".join(render(report) for render in REPORTERS.values())


def try_build(run: Session, mutant: Mutant) -> BuildResult | None:
    """What is built; nothing where the project file itself cannot be read, which ends a run."""
    try:
        return build(run)
    except UsageError:
        assert mutant.path == PROJECT_FILE
        return None


def judge(files: dict[str, bytes], mutant: Mutant, known_keys: set[object]) -> None:
    began = time.process_time()
    run = Session(MemoryTree(mutated_files(files, mutant)))
    result = try_build(run, mutant)
    text = reports_text(run, result.findings) if result else ""
    took = time.process_time() - began
    assert took < SECONDS, f"takes {took:.1f} s"
    assert "\x1b" not in text
    text.encode()
    if not result or not result.can_write:
        return
    new = keys_of(result) - known_keys
    assert not {key for key in new if "injected" in str(key) and key != "injectedmap"}, f"new keys: {new}"
    for unit in result.units:
        for file in unit.files:
            assert ".." not in file.path.split("/"), file.path
            assert not file.path.startswith("/"), file.path
            assert PRODUCT not in file.content.decode(), file.path


def select_mutants(files: dict[str, bytes]) -> list[Mutant]:
    every = list(mutants(files))
    if os.environ.get("MODELYARD_TEST_MUTANTS") == "all":
        return every
    return random.Random(20261124).sample(every, LARGEST_SAMPLE)


def test_the_sample_itself_builds_whole_and_clean(sample_build) -> None:
    assert sample_build.can_write
    assert sample_build.units
    assert not [finding for finding in sample_build.findings if finding.code.severity is not Severity.INFO]


def test_a_hostile_text_moves_nothing_that_a_harmless_word_leaves_alone() -> None:
    files = sample()
    found = values_of_variables(files)
    assert found, "else this test looks at nothing"
    for path, index, pointer in found:
        place = Mutant(path, index, pointer, is_key=False, hostile=INJECTION_NAMES[0])
        one, other = (built_with(files, place, word) for word in HARMLESS)
        assert one
        assert other
        for name in [*INJECTION_NAMES, *TEMPLATES]:
            only_its_leaf_moves(
                one, other, built_with(files, place, HOSTILE[name]), yaml.load(HOSTILE[name], Loader=yaml.CSafeLoader)
            )


def only_its_leaf_moves(first: Leaves, second: Leaves, hostile: Leaves | None, text: str) -> None:
    assert hostile, f"{text!r} was refused"
    assert hostile.keys() == first.keys() == second.keys(), text
    moved = {pointer for pointer in first if first[pointer] != second[pointer]}
    assert {pointer for pointer in hostile if hostile[pointer] != first[pointer]} == moved, text
    taken = {hostile[pointer] for pointer in moved if first[pointer] == HARMLESS[0]}
    assert taken == {text.replace("$", "$$")}, "Kubernetes reads `$$` in a variable's value as `$`"


def test_no_hostile_place_stops_a_run_or_leaves_its_place(sample_build) -> None:
    files = sample()
    known = keys_of(sample_build)
    wrong = []
    for mutant in select_mutants(files):
        try:
            judge(files, mutant, known)
        except Exception as error:  # noqa: BLE001 - the test looks for any, and reports all
            wrong.append(f"{mutant}: {type(error).__name__}: {error}")
    assert not wrong, "\n".join(wrong)
