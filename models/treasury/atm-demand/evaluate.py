"""How far off the release is on the days that it was not trained on: the mean absolute percentage error."""

# ruff: noqa: INP001 - a script by itself
import json
import os
from pathlib import Path

import numpy as np
import onnxruntime
from withdrawals import LEARNT, withdrawals

HERE = Path(__file__).parent


def main() -> None:
    """Write the error into the file that MODELYARD_RESULTS names."""
    features, drawn = withdrawals(2000)
    session = onnxruntime.InferenceSession((HERE / "demand.onnx").read_bytes())
    (said,) = session.run(None, {"day": features[LEARNT:]})
    error = float(np.abs(said[:, 0] / drawn[LEARNT:] - 1).mean())
    Path(os.environ["MODELYARD_RESULTS"]).write_text(json.dumps({"mape": round(error, 3)}), encoding="utf-8")


if __name__ == "__main__":
    main()
