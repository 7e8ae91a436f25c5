"""Counts the fields that the InferenceServices and LLMInferenceServices of KServe's samples use.

`python tools/kserve_sample_fields.py CHECKOUT` compares a checkout of KServe with `docs/kserve_sample_fields.yaml` and prints the
differences: other counts, and paths without a decision. The exit code is 1 if there are any.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parents[1] / "docs" / "kserve_sample_fields.yaml"
KINDS = ("InferenceService", "LLMInferenceService")
FORMATS = "sklearn|xgboost|tensorflow|pytorch|onnx|triton|lightgbm|paddle|pmml|huggingface"
"""The older names of `spec.predictor.model`, which KServe's webhook replaces (`AssignPredictorRuntime`)."""


def sample_counts(checkout: Path) -> dict[str, Counter[str]]:
    """By kind, the number of objects that set each path."""
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    for file in sorted((checkout / "docs" / "samples").rglob("*.y*ml")):
        for document in read_documents(file):
            if isinstance(document, dict) and document.get("kind") in counts:
                counts[document["kind"]].update(object_paths(document))
    return counts


def read_documents(file: Path) -> list[Any]:
    """The documents of a file; none of one that is a template or no YAML."""
    try:
        return list(yaml.safe_load_all(file.read_text(encoding="utf-8")))
    except yaml.YAMLError:
        return []


def object_paths(document: dict[str, Any]) -> set[str]:
    """The paths that an object sets, below `spec` and below its annotations."""
    annotations = (document.get("metadata") or {}).get("annotations") or {}
    paths = {f"metadata.annotations.{key}" for key in annotations}
    return paths | {normalise(path) for path in leaf_paths(document.get("spec") or {}, "spec")}


def leaf_paths(node: object, path: str) -> Iterator[str]:
    """The path of each scalar and of each empty map; elements of lists have `[]`."""
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from leaf_paths(value, f"{path}.{key}")
    elif isinstance(node, list):
        for element in node:
            yield from leaf_paths(element, f"{path}[]")
    else:
        yield path


def normalise(path: str) -> str:
    """The path with `model` for the format of a model, and without what is inside of a scheduler's own configuration."""
    path = re.sub(rf"^spec\.predictor\.(?:{FORMATS})\.", "spec.predictor.model.", path)
    return re.sub(r"^(spec\.router\.scheduler\.config\.inline)\..*", r"\1", path)


def main(checkout: Path) -> int:
    """Compare, and print the differences."""
    data = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    problems = list(differences(data, sample_counts(checkout)))
    for problem in problems:
        print(problem)  # noqa: T201 - the output of a script
    return int(bool(problems))


def differences(data: dict[str, Any], counts: dict[str, Counter[str]]) -> Iterator[str]:
    """What differs between the data and a checkout."""
    for kind, rows in data["fields"].items():
        known = {row["path"]: row["count"] for row in rows}
        for path in sorted(known.keys() | counts[kind].keys()):
            if path not in known:
                yield f"{kind}: {path} is used {counts[kind][path]} times and has no decision"
            elif known[path] != counts[kind][path]:
                yield f"{kind}: {path} is used {counts[kind][path]} times, not {known[path]}"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
