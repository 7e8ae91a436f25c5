"""The page of the fields of KServe's samples, and what Modelyard does about each."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml
from fields import table

_DATA = Path(__file__).parent / "kserve_sample_fields.yaml"


def sample_fields() -> Iterator[str]:
    """The shares, and one table per kind."""
    data = yaml.load(_DATA.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    rows = [row for fields in data["fields"].values() for row in fields]
    uses = sum(row["count"] for row in rows)
    shares = {
        decision: sum(row["count"] for row in rows if decision in row) for decision in ("expressed", "patch", "refused")
    }
    yield (
        f"The InferenceServices and LLMInferenceServices below `docs/samples` of KServe {data['release']} use {len(rows)} fields {uses} "
        "times, counted once per object. Older names of a model's format (`sklearn`, `tensorflow` …) are counted as `model`.\n"
    )
    yield table(
        ("decision", "uses", "share"),
        (
            (meaning, str(shares[decision]), f"{100 * shares[decision] / uses:.0f} %")
            for decision, meaning in (
                ("expressed", "expressed: a field of the spec or of the Environment renders it"),
                ("patch", "patch: only [`deploy.patches`](language.md) can set it"),
                ("refused", "rejected: KServe does not have it in the releases 0.18 to 0.20"),
            )
        ),
    )
    yield (
        "A test builds a spec for each expressed field. The data are in `docs/kserve_sample_fields.yaml`; "
        "`python tools/kserve_sample_fields.py CHECKOUT` recounts them in a checkout of KServe.\n"
    )
    for kind, fields in data["fields"].items():
        yield f"## {kind}\n"
        yield table(
            ("field", "uses", "decision"), ((f"`{row['path']}`", str(row["count"]), _decision(row)) for row in fields)
        )


def _decision(row: Mapping[str, str]) -> str:
    if "expressed" in row:
        rendered = f", as `{row['renders']}`" if "renders" in row else ""
        return f"`{row['expressed']}`{rendered}"
    return f"patch: {row['patch']}" if "patch" in row else f"rejected: {row['refused']}"
