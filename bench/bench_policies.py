"""What all shipped packs cost over 2,000 generated models, beside the same check without a policy. Prints."""

import json
import sys
import tempfile
from datetime import date
from pathlib import Path

from generate import STAGES, write_project
from processes import MODELYARD, run

from compiler.foundation import resources
from compiler.pipeline.session import Session
from compiler.policy.pack import shipped_pack_names
from compiler.source.worktree import WorkTree

MODELS, ROUNDS = 2000, 2
AS_OF = date(2026, 11, 24)


def bind_packs(folder: Path, names: tuple[str, ...]) -> None:
    """Bind packs in a project."""
    file = folder / "modelyard.yaml"
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("policies:")]
    text = "\n".join(lines)
    file.write_text(f"{text}\npolicies: [{', '.join(names)}]\n", encoding="utf-8")


def measure_check(folder: Path, names: tuple[str, ...]) -> tuple[float, int]:
    """The least CPU time of a whole process that checks with these packs, and how much it finds."""
    bind_packs(folder, names)
    report = folder.parent / "findings.json"
    arguments = (
        "check",
        "--project",
        str(folder),
        "--as-of",
        AS_OF.isoformat(),
        "--format",
        "json",
        "--output",
        str(report),
    )
    no_cache = {"MODELYARD_CACHE": "off"}
    costs = [run((*MODELYARD, *arguments), environment=no_cache, exit_codes=(0, 1)) for _ in range(ROUNDS)]
    best = min(cost.cpu_seconds for cost in costs)
    return best, len(json.loads(report.read_text(encoding="utf-8"))["findings"])


def main() -> int:
    """Print the cost a model and a rule, by how many environments models run in, and what a fleet costs that breaks many policies."""
    packs = shipped_pack_names(WorkTree(resources.shipped_folder("schemas")))
    print(f"check of {MODELS} models, {len(packs)} packs: CPU time of the whole process")
    for stages in (STAGES[-1:], STAGES):
        with tempfile.TemporaryDirectory() as temporary_folder:
            careful, careless = Path(temporary_folder) / "careful", Path(temporary_folder) / "careless"
            write_project(MODELS, careful, careful=True, stages=stages)
            write_project(MODELS, careless, stages=stages)
            plain_seconds, _ = measure_check(careful, ())
            packs_seconds, finding_count = measure_check(careful, packs)
            failing_seconds, failing_count = measure_check(careless, packs)
            library = Session(WorkTree(careful), AS_OF).policy_engine.library
            rules = sum(max(len(policy.rules), 1) for name in packs for policy in library.policies_named(name))
        policy_seconds = packs_seconds - plain_seconds
        print(
            f"environments a model: {len(stages)}; without policies {plain_seconds:.2f} s, with the packs {packs_seconds:.2f} s"
        )
        print(
            f"  {rules} rules, {finding_count} findings: {policy_seconds / MODELS * 1e3:.2f} ms a model, "
            f"{policy_seconds / MODELS / len(stages) / rules * 1e6:.1f} µs per rule and environment"
        )
        print(f"  the same of a fleet that breaks many policies: {failing_seconds:.2f} s, {failing_count} findings")
    return 0


if __name__ == "__main__":
    sys.exit(main())
