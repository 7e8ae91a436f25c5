"""Whether the canary fails no more often than the release beside it, by what the bank's own server counts.

The server counts each answer in `card_fraud_answers_total`, with the release that gave it and its `outcome`.
"""

# ruff: noqa: INP001, S310, T201 - a script by itself, that prints; the address is the spec's
import json
import os
import sys
import time
from urllib.parse import urlencode
from urllib.request import urlopen

MARGIN = 0.005
FEWEST = 200


def asked(query: str) -> float:
    """The one number that a query of Prometheus comes to; 0 where there is no series."""
    address = f"{os.environ['PROMETHEUS_URL']}/api/v1/query?{urlencode({'query': query})}"
    with urlopen(address, timeout=30) as answer:
        found = json.load(answer)["data"]["result"]
    return float(found[0]["value"][1]) if found else 0.0


def failing(matcher: str, window: str) -> tuple[float, float]:
    """How many answers there were, and the share of those that were none."""
    answers = asked(f"sum(increase(card_fraud_answers_total{{{matcher}}}[{window}]))")
    failed = asked(f'sum(increase(card_fraud_answers_total{{{matcher},outcome="error"}}[{window}]))')
    return answers, failed / answers if answers else 0.0


def main() -> int:
    """Watch for a while, compare, and print both shares; 1 where the canary is worse, or was hardly asked."""
    seconds, release = int(os.environ["WATCH_SECONDS"]), os.environ["MODELYARD_RELEASE"]
    time.sleep(seconds)
    window = f"{max(seconds, 60)}s"
    answers, share = failing(f'release="{release}"', window)
    _, others = failing(f'release!="{release}"', window)
    print(f"{release} failed on {share:.2%} of {answers:.0f} answers, the release beside it on {others:.2%}")
    return 0 if answers >= FEWEST and share <= others + MARGIN else 1


if __name__ == "__main__":
    sys.exit(main())
