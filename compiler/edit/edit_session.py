"""Edits in the making: texts by path, the last edit seen by the next, and what they would break."""

from codecs import BOM_UTF8
from collections.abc import Mapping
from dataclasses import dataclass, field

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, in_order
from compiler.edit.yaml_edit import NotEditableError, with_value, without
from compiler.foundation.json_data import Json, as_object
from compiler.pipeline.session import Run, check
from compiler.source.document import Document
from compiler.source.overlay_tree import OverlayTree
from compiler.source.yaml_parse import parse
from compiler.spec.portfolio import Spec


@dataclass(frozen=True)
class Changed:
    """What was done, in a sentence, and the new bytes of each file; nothing where there was nothing to do."""

    said: str
    files: Mapping[str, bytes]
    left: tuple[Finding, ...] = ()
    """What could not be done beside it, and why."""


Outcome = Changed | tuple[Finding, ...]
"""What a change comes to: files, or why not."""


@dataclass
class Draft:
    """Edits of specs of one run; each document is edited as the edits before have left it."""

    run: Run
    texts: dict[str, str] = field(default_factory=dict)

    def set(self, spec: Spec, pointer: tuple[str, ...], value: Json, after: str | None = None) -> None:
        """Put a value where the pointer leads; raises `NotEditableError` where that cannot be done."""
        self.texts[spec.document.path] = with_value(self._document(spec), pointer, value, after)

    def remove(self, spec: Spec, pointer: tuple[str, ...]) -> None:
        """Take a key away, where it is there."""
        document = self._document(spec)
        here = as_object(document.data)
        for part in pointer[:-1]:
            here = as_object(here.get(part))
        if pointer[-1] in here:
            self.texts[spec.document.path] = without(document, pointer)

    def outcome(self, said: str, left: tuple[Finding, ...] = ()) -> Outcome:
        """The files, unless something mandatory is wrong with what they would say that is not wrong now."""
        files = {path: self._bytes(path, text) for path, text in self.texts.items()}
        known = {finding.fingerprint for finding in check(self.run) if finding.mandatory}
        edited = Run(OverlayTree(self.run.tree, files), self.run.as_of)
        broken = [one for one in check(edited) if one.mandatory and one.fingerprint not in known]
        return in_order(broken) if broken else Changed(said, files, left)

    def _document(self, spec: Spec) -> Document:
        path, index = spec.document.path, spec.document.index
        if path not in self.texts:
            return spec.document
        return parse(self.texts[path], path).documents[index]

    def _bytes(self, path: str, text: str) -> bytes:
        mark = BOM_UTF8 if self.run.tree.read(path).startswith(BOM_UTF8) else b""
        return mark + text.encode()


def not_editable(error: NotEditableError, spec: Spec) -> tuple[Finding, ...]:
    """The finding for a place that only a person can edit."""
    message = f"{spec.name}: {error.message}"
    return (Finding(codes.NOT_EDITABLE, message, error.place, spec.subject, codes.NOT_EDITABLE.remedy),)
