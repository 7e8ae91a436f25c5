"""Findings at a field of a model, or of the release that runs."""

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Subject
from compiler.foundation.json_data import Pointer
from compiler.resolve.resolved_model import ResolvedModel


def finding_at_field(model: ResolvedModel, field: Pointer, message: str, help_: str) -> Finding:
    """A finding at a field, or an element of it; the field begins with `model`, `release`, `canary` or a section of the model."""
    root, rest = field[0], field[1:]
    release = model.release if root == "release" else model.canary if root == "canary" else None
    if release is None or rest[0] not in release.json:
        pointer = rest if root == "model" else field
        return model.finding(codes.UNSUPPORTED_FEATURE, message, pointer, help_)
    pointer = (*release.pointer, *rest)
    environment = model.environment.name if model.environment else None
    subject = Subject("Model", model.name, environment, pointer)
    return Finding(codes.UNSUPPORTED_FEATURE, message, model.spec.document.location(pointer), subject, help_)
