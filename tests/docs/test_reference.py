"""The pages of reference are generated from the code, and the committed ones are what the code generates now."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.generated
def test_the_reference_is_made_from_the_code(request: pytest.FixtureRequest) -> None:
    check = [] if request.config.getoption("--update-goldens") else ["--check"]
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    run = subprocess.run(
        [sys.executable, ROOT / "docs" / "generate.py", *check], env={**os.environ, "PYTHONPATH": path},
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, f"{run.stderr}run `make docs` and read the diff"
