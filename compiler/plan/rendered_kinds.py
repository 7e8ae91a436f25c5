"""Which kinds of objects are rendered: what emitters say of their files."""

from collections.abc import Iterator, Sequence

from compiler.diagnostics.finding import Finding
from compiler.foundation.json_data import Json
from compiler.plan.emitters.emitter_loader import emitter_finding
from compiler.plan.planned_units import PlannedFile, PlannedUnit


def rendered_kinds(unit: PlannedUnit) -> Iterator[tuple[str, str] | Finding]:
    """Group and kind of each resource of a unit; a finding where nothing says it."""
    for file in unit.files:
        if file.rule.is_resource and file.commit_path is None:
            yield _resource_kind(file)


def kind_values(kinds: Sequence[tuple[str, str]]) -> list[Json]:
    """Kinds as templates see them, in order."""
    return [{"group": group, "kind": kind} for group, kind in sorted(kinds)]


def _resource_kind(file: PlannedFile) -> tuple[str, str] | Finding:
    parts = (file.rule.schema or "").split("/")
    if len(parts) in {2, 3} and not parts[-1].endswith(".json"):
        return (parts[0] if len(parts) == 3 else ""), parts[-1]  # noqa: PLR2004 - group, version and kind; the core has no group
    message = f"nothing says of which kind {file.rule.path} is, and somebody here has to allow it"
    help_ = "say `schema: <group>/<version>/<kind>`, or `resource: false` where it is no object of a cluster"
    return emitter_finding(file.emitter, message, (*file.rule.pointer, "schema"), help_)
