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


def edit_a_policy(chance: random.Random, files: dict[str, bytes]) -> str:
    """Another rule or another enforcement; the policy is added first."""
    path = "schemas/policies/has-label.yaml"
    if path not in files:
        return add_a_policy(chance, files)
    old, new = chance.choice(
        (
            (b"has(model.labels)", b"size(model.name) > 12"),
            (b"size(model.name) > 12", b"has(model.labels)"),
            (b"enforcement: mandatory\nmandatoryFrom", b"enforcement: advisory\nmandatoryFrom"),
            (b"severity: low", b"severity: high"),
        )
    )
    files[path] = files[path].replace(old, new)
    return f"{path}: {new.decode()}"


def edit_an_emitter(chance: random.Random, files: dict[str, bytes]) -> str:
    """An emitter of the project, then another template or another condition, some of them with a mistake."""
    folder = "templates/records/note"
    emitter, template = f"{folder}/emitter.yaml", f"{folder}/note.yaml.j2"
    if emitter not in files or template not in files:
        rule = "{path: 'records/{{ name }}/note.yaml', template: note.yaml.j2, scope: model, resource: false}"
        files[emitter] = f"id: note\ntitle: A note\nsummary: A note about a model.\nfiles:\n  - {rule}\n".encode()
        files[template] = b"name: {{ name }}\n"
    elif chance.random() < 0.5:
        lines = (b"owner: {{ model.owner }}\n", b"tier: {{ model.governance.risk.tier }}\n", b"broken: {{ name\n")
        files[template] = b"name: {{ name }}\n" + chance.choice(lines)
    else:
        condition = chance.choice((b"has(model.labels)", b"size(model.name) > 12", b"size(model.nam"))
        files[emitter] = re.sub(
            rb", resource: false.*}", b", resource: false, when: '" + condition + b"'}", files[emitter]
        )
    return f"{files[emitter].decode()} {files[template].decode()}"


EDIT_KINDS = (
    *[edit_a_value] * 5,
    add_a_comment,
    change_any_file,
    delete_a_file,
    move_a_file,
    add_defaults,
    add_a_policy,
)
ALL_EDIT_KINDS = (*EDIT_KINDS, *[edit_a_policy] * 2, *[edit_an_emitter] * 2)
"""Also edits of rules and templates, after which every model is evaluated again."""
