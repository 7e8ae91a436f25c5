"""How demand.onnx and cases.yaml were made, once: data from a seed, small trees, ONNX.

Needs scikit-learn and skl2onnx, and is no part of the release: `python train.py` in this folder makes both files again, with other
versions of the two perhaps with other bytes, and then it is a new release.
"""

# A script by itself, that prints, and whose numbers are made up.
# ruff: noqa: INP001, PLR2004, T201
from pathlib import Path

import numpy as np
from skl2onnx import to_onnx
from sklearn.ensemble import GradientBoostingRegressor

HERE = Path(__file__).parent
CASES = {
    "a Tuesday like the one before": [1, 10, 0, 60],
    "the day on which wages are paid": [4, 25, 0, 80],
    "a holiday in the middle of the week": [2, 12, 1, 70],
    "a quiet Sunday": [6, 17, 0, 30],
}


def withdrawals(days: int) -> tuple[np.ndarray, np.ndarray]:
    """Made-up days of a machine, and the thousands drawn on each: more on Fridays and when wages are paid, less on holidays."""
    draw = np.random.default_rng(20260131)
    weekday, day = draw.integers(0, 7, days), draw.integers(1, 32, days)
    holiday, before = draw.random(days) < 0.04, draw.uniform(20, 120, days)
    drawn = 0.75 * before + 12 * (weekday == 4) - 8 * (weekday == 6) + 18 * (day >= 25) - 20 * holiday + 10
    features = np.column_stack([weekday, day, holiday, before]).astype(np.float32)
    return features, drawn + draw.normal(0, 3, days)


def main() -> None:
    """Train on the first 1500 days, say how far off the rest is, and write both files."""
    features, drawn = withdrawals(2000)
    model = GradientBoostingRegressor(n_estimators=24, max_depth=2, learning_rate=0.3, random_state=1)
    model.fit(features[:1500], drawn[:1500])
    error = np.abs(model.predict(features[1500:]) / drawn[1500:] - 1)
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
    lines = ["# What train.py's model says, as scikit-learn computes it; thousands.\n"]
    for name, row in CASES.items():
        said = model.predict(np.array([row], dtype=np.float32))[0]
        lines += [f"- name: {name}\n", f"  input: {{day: [{row}]}}\n", f"  output: {{variable: [[{said:.4f}]]}}\n"]
        lines += ["  tolerance: 0.001\n"]
    (HERE / "cases.yaml").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
