"""Stands in for `python -m pip install`, which takes seconds to find that everything is installed already.

Usage: `installed.py -m pip install [--requirement FILE] [REQUIREMENT]…`. A requirement that is not met fails, since jobs of tests have
no package index.
"""

import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement


def is_met(requirement: Requirement) -> bool:
    try:
        return requirement.specifier.contains(version(requirement.name), prereleases=True)
    except PackageNotFoundError:
        return False


arguments = iter(sys.argv[4:])
lines: list[str] = []
for argument in arguments:
    lines += (
        Path(next(arguments)).read_text(encoding="utf-8").splitlines() if argument == "--requirement" else [argument]
    )
requirements = [Requirement(text) for line in lines if (text := line.partition("#")[0].strip())]
if missing := [str(requirement) for requirement in requirements if not is_met(requirement)]:
    sys.exit(f"ERROR: No matching distribution found for {missing[0]}")
