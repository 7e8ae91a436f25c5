"""Whether the artifact is what it should be: standard operators alone, and no data outside of the file."""

# ruff: noqa: INP001, T201 - a script by itself, that prints
import sys
from pathlib import Path

import onnx

HERE = Path(__file__).parent
DOMAINS = {"", "ai.onnx", "ai.onnx.ml"}


def main() -> int:
    """Print what is wrong; 1 where anything is."""
    model = onnx.load(HERE / "demand.onnx", load_external_data=False)
    wrong = [f"{node.op_type} is an operator of {node.domain}" for node in model.graph.node if node.domain not in DOMAINS]
    wrong += [f"{one.name} lies outside of the file" for one in model.graph.initializer if one.external_data]
    print("\n".join(wrong) or f"{len(model.graph.node)} nodes, and nothing foreign among them")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
