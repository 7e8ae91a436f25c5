"""The days of a cash machine that do not exist: what train.py learns from, evaluate.py judges by, and check_data.py looks at."""

# ruff: noqa: INP001, PLR2004 - a script's helper, whose numbers are made up
import numpy as np

LEARNT = 1500
"""So many of the days are learnt from; the rest is what a release is judged by."""


def withdrawals(days: int) -> tuple[np.ndarray, np.ndarray]:
    """Made-up days of a machine, and the thousands drawn on each: more on Fridays and when wages are paid, less on holidays."""
    draw = np.random.default_rng(20260131)
    weekday, day = draw.integers(0, 7, days), draw.integers(1, 32, days)
    holiday, before = draw.random(days) < 0.04, draw.uniform(20, 120, days)
    drawn = 0.75 * before + 12 * (weekday == 4) - 8 * (weekday == 6) + 18 * (day >= 25) - 20 * holiday + 10
    features = np.column_stack([weekday, day, holiday, before]).astype(np.float32)
    return features, drawn + draw.normal(0, 3, days)
