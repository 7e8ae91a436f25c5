"""How demand.onnx and cases.yaml are made: data from a seed, small trees, ONNX.

Needs scikit-learn and skl2onnx, and is no part of the release: `python train.py` in this folder makes both files again, with other
versions of the two perhaps with other bytes, and then it is a new release.
"""

# A script by itself, that prints, and whose numbers are made up.
# ruff: noqa: INP001, T201
from pathlib import Path

import numpy as np
from skl2onnx import to_onnx
from sklearn.ensemble import GradientBoostingRegressor
from withdrawals import LEARNT, withdrawals

HERE = Path(__file__).parent
CASES = {
    "a Tuesday like the one before": [1, 10, 0, 60],
    "the day on which wages are paid": [4, 25, 0, 80],
    "a holiday in the middle of the week": [2, 12, 1, 70],
    "a quiet Sunday": [6, 17, 0, 30],
}


def main() -> None:
    """Train on the first 1500 days, say how far off the rest is, and write both files."""
    features, drawn = withdrawals(2000)
    model = GradientBoostingRegressor(n_estimators=24, max_depth=2, learning_rate=0.3, random_state=1)
    model.fit(features[:LEARNT], drawn[:LEARNT])
    error = np.abs(model.predict(features[LEARNT:]) / drawn[LEARNT:] - 1)
    print(f"mape {error.mean():.3f}")
    graph = to_onnx(
        model,
        features[:1],
        target_opset={"": 17, "ai.onnx.ml": 3},
        initial_types=None,
        final_types=None,
        name="atm-demand",
    )
    graph.graph.input[0].name = "day"
    graph.graph.node[0].input[0] = "day"
    (HERE / "demand.onnx").write_bytes(graph.SerializeToString(deterministic=True))
    lines = ["# Predictions of the model of train.py, computed by scikit-learn; in thousands.\n"]
    for name, row in CASES.items():
        said = model.predict(np.array([row], dtype=np.float32))[0]
        lines += [f"- name: {name}\n", f"  input: {{day: [{row}]}}\n", f"  output: {{variable: [[{said:.4f}]]}}\n"]
        lines += ["  tolerance: 0.001\n"]
    (HERE / "cases.yaml").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
