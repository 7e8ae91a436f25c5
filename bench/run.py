"""`python bench/run.py`: measures each budget next to floors and peers, and prints the table.

By default it measures fleets up to 2,000 models. `--growth N` measures how cost grows at N models; a fleet of 100,000 models takes
hours and 20 GB. `--results FILE` keeps the results, one JSON object per line; what the file has is not measured again.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import results
from budgets import BUDGETS, GROWTH_SCENARIOS, LARGEST_GIT_FLEET, QUICK_MODELS
from measure import Request, measure_all
from scenarios import SCENARIOS
from table import HEADER, budget_rows, format_table


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--date", default="", help="the date of the results, for the page")
    parser.add_argument("--exit-zero", action="store_true", help="exit with 0, although a budget is not met")
    parser.add_argument("--growth", type=int, action="append", default=[], metavar="N")
    parser.add_argument("--large", action="store_true", help="measure the budgets of 10,000 models, too")
    parser.add_argument(
        "--models", type=int, action="append", metavar="N", help="measure the budgets of these fleets only"
    )
    parser.add_argument(
        "--pairs", type=int, help="measure so often, instead of 5, 3 or 1 times by the size of the fleet"
    )
    parser.add_argument("--results", type=Path, help="keep the results in this file")
    parser.add_argument("--scenario", action="append", choices=SCENARIOS, help="measure this one only; may be repeated")
    parser.add_argument("--work", type=Path, help="the folder of the fleets; by default a temporary one")
    return parser.parse_args(arguments)


def requests(options: argparse.Namespace) -> Iterator[Request]:
    """What the options select."""
    for size in options.growth:
        copies = size <= LARGEST_GIT_FLEET
        for name, yardsticks in GROWTH_SCENARIOS.items():
            if copies or not name.startswith("git"):
                yield Request(name, size, yardsticks if copies else tuple(y for y in yardsticks if y != "write"))
    for budget in BUDGETS if options.models or not options.growth else ():
        if budget.models in options.models if options.models else budget.models <= QUICK_MODELS or options.large:
            yield Request(budget.scenario, budget.models, budget.yardsticks)


def main(arguments: Sequence[str]) -> int:
    """Measure, and print; exit code 1 if a budget is not met."""
    options = parse_arguments(arguments)
    if options.work is not None:
        Path(options.work).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.work) as temporary_folder:
        file = options.results or Path(temporary_folder) / "results.jsonl"
        known = {(one.scenario, one.models) for one in results.load(file)}
        remaining_requests = [
            request
            for request in requests(options)
            if (request.scenario, request.models) not in known
            and (not options.scenario or request.scenario in options.scenario)
        ]
        for measurement in measure_all(
            remaining_requests, options.work or Path(temporary_folder), options.date, options.pairs
        ):
            results.append(file, measurement)
        rows = list(budget_rows(results.load(file)))
    print(format_table(HEADER, (row.cells for row in rows)), end="")
    print(
        "Median of the runs (smallest–largest). CPU: user and system time of all processes. Ratios are of pairs in turns."
    )
    return int(any(row.is_met is False for row in rows) and not options.exit_zero)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
