"""Random edits of a project, as people and tools make them: each changes the files, and returns the path."""

import random
import re

_VALUE = re.compile(r"(?m)^( *(?:- )?[A-Za-z]+: )([A-Za-z0-9.%-]+)$")
_WORDS = ("1", "2", "high", "low", "prod", "dev", "true", "model-risk", "30d", "99.5%", "absent")


def edit_a_value(chance: random.Random, files: dict[str, bytes]) -> str:
    path = chance.choice([path for path in sorted(files) if path.endswith(".yaml")])
    text = files[path].decode()
    values = list(_VALUE.finditer(text))
    if values:
        value = chance.choice(values)
        files[path] = (text[: value.start(2)] + chance.choice(_WORDS) + text[value.end(2) :]).encode()
    return path


def add_a_comment(chance: random.Random, files: dict[str, bytes]) -> str:
    path = chance.choice([path for path in sorted(files) if path.endswith(".yaml")])
    files[path] = b"# a comment\n" + files[path]
    return path


def change_any_file(chance: random.Random, files: dict[str, bytes]) -> str:
    path = chance.choice([path for path in sorted(files) if not path.endswith(".yaml")])
    files[path] += b"\n"
    return path


def delete_a_file(chance: random.Random, files: dict[str, bytes]) -> str:
    path = chance.choice([path for path in sorted(files) if path != "modelyard.yaml"])
    del files[path]
    return path


def move_a_file(chance: random.Random, files: dict[str, bytes]) -> str:
    path = chance.choice([path for path in sorted(files) if path.startswith("models/")])
    folder, _, name = path.rpartition("/")
    files[f"{folder}/moved-{name}"] = files.pop(path)
    return path


def add_defaults(chance: random.Random, files: dict[str, bytes]) -> str:
    folder = chance.choice(sorted({path.rpartition("/")[0] for path in files if path.startswith("models/")}))
    path = f"{folder}/_defaults.yaml"
    files[path] = b"apiVersion: modelyard/v1\nkind: Defaults\nlabels: {added: 'yes'}\n"
    return path


def add_a_policy(_: random.Random, files: dict[str, bytes]) -> str:
    path = "schemas/policies/has-label.yaml"
    files[path] = b"""\
apiVersion: modelyard/v1
kind: Policy
name: has-label
title: A model has a label
severity: low
enforcement: mandatory
mandatoryFrom: "2026-11-15"
reason: Teams search by label.
remedy: Add one.
rules:
  - {expression: "has(model.labels)", path: labels, message: "no label"}
examples:
  good: [{name: labelled, model: {labels: {a: b}}}]
  bad: [{name: not labelled, model: {}, path: labels}]
"""
    project = files["modelyard.yaml"].decode()
    files["modelyard.yaml"] = re.sub(r"(?m)^policies: \[", "policies: [has-label, ", project, count=1).encode()
    return path


EDIT_KINDS = (
    *[edit_a_value] * 5,
    add_a_comment,
    change_any_file,
    delete_a_file,
    move_a_file,
    add_defaults,
    add_a_policy,
)
