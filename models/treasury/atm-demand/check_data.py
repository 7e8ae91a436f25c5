"""Whether the days can be learnt from: complete, within their bounds, and of every weekday."""

# ruff: noqa: INP001, T201 - a script by itself, that prints
import sys

import numpy as np
from withdrawals import withdrawals

BOUNDS = {"weekday": (0, 6), "day of the month": (1, 31), "holiday": (0, 1), "drawn a week before": (0, 200)}
FEWEST = 100


def main() -> int:
    """Print what is wrong; 1 where anything is."""
    features, drawn = withdrawals(2000)
    wrong = [] if np.isfinite(features).all() and np.isfinite(drawn).all() else ["a value is missing"]
    for column, (name, (least, most)) in enumerate(BOUNDS.items()):
        if features[:, column].min() < least or features[:, column].max() > most:
            wrong.append(f"{name} lies outside of {least} to {most}")
    seen = np.bincount(features[:, 0].astype(int), minlength=7)
    if seen.min() < FEWEST:
        wrong.append(f"a weekday was seen {seen.min()} times, and has to be seen {FEWEST} times")
    print("\n".join(wrong) or f"{len(drawn)} days are complete and within their bounds")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
