"""Pending edits: texts by path, each edit applied to the result of the one before, and checked before anything is written."""

from codecs import BOM_UTF8
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, sorted_unique
from compiler.edit.yaml_edit import NotEditableError, append_element, delete_key, set_value
from compiler.foundation.json_data import Json, Object, value_at
from compiler.pipeline.session import Session
from compiler.pipeline.stages import check
from compiler.policy.baseline import is_policy_finding
from compiler.source.document import Document
from compiler.source.overlay_tree import OverlayTree
from compiler.source.yaml_parse import parse
from compiler.spec.portfolio import Spec


@dataclass(frozen=True)
class EditResult:
    """A summary of the edit and the new content of each file; no files if nothing changes."""

    summary: str
    files: Mapping[str, bytes]
    skipped_findings: tuple[Finding, ...] = ()
    """Findings about parts of the edit that were skipped."""


EditOutcome = EditResult | tuple[Finding, ...]
"""The result of an edit: the files, or the findings that forbid it."""


@dataclass
class EditSession:
    """Edits of specs of one run; each edit applies to the text that earlier edits produced."""

    session: Session
    texts: dict[str, str] = field(default_factory=dict)

    def set_value(self, spec: Spec, pointer: tuple[str, ...], value: Json, after_key: str | None = None) -> None:
        """Set the value at the pointer; raises `NotEditableError` if that is not possible."""
        self.texts[spec.document.path] = set_value(self._current_document(spec), pointer, value, after_key)

    def remove_key(self, spec: Spec, pointer: tuple[str, ...]) -> None:
        """Delete the key if it exists."""
        document = self._current_document(spec)
        try:
            value_at(document.data, pointer)
        except (KeyError, TypeError):
            return
        self.texts[spec.document.path] = delete_key(document, pointer)

    def append_element(self, spec: Spec, key: str, element: Object, after_key: str | None = None) -> None:
        """Append an element to a list of the document; raises `NotEditableError` if that is not possible."""
        self.texts[spec.document.path] = append_element(self._current_document(spec), key, element, after_key)

    def preview(self) -> Session:
        """The project after the edits, which are written nowhere."""
        return Session(OverlayTree(self.session.tree, self._files()), self.session.as_of)

    def _files(self) -> dict[str, bytes]:
        return {path: self._encode(path, text) for path, text in self.texts.items()}

    def finish(
        self,
        summary: str,
        skipped_findings: tuple[Finding, ...] = (),
        allowed_codes: Collection[str] = (),
        *,
        records_decision: bool = False,
    ) -> EditOutcome:
        """The files, unless the edited specs have a blocking finding, of a code that is not allowed, that the present ones do not have.

        `records_decision`: a decision is recorded although policies fail with it, such as a rejection of what runs.
        """
        files = self._files()
        known_fingerprints = {finding.fingerprint for finding in check(self.session) if finding.is_blocking}
        edited_session = self.preview()
        new_findings = [
            new_finding
            for new_finding in check(edited_session)
            if new_finding.is_blocking
            and new_finding.code.id not in allowed_codes
            and new_finding.fingerprint not in known_fingerprints
            and not (records_decision and is_policy_finding(new_finding))
        ]
        return sorted_unique(new_findings) if new_findings else EditResult(summary, files, skipped_findings)

    def _current_document(self, spec: Spec) -> Document:
        path, index = spec.document.path, spec.document.index
        if path not in self.texts:
            return spec.document
        return parse(self.texts[path], path).documents[index]

    def _encode(self, path: str, text: str) -> bytes:
        bom = BOM_UTF8 if self.session.tree.read(path).startswith(BOM_UTF8) else b""
        return bom + text.encode()


def not_editable_findings(error: NotEditableError, spec: Spec) -> tuple[Finding, ...]:
    """The finding for a location that must be edited by hand."""
    message = f"{spec.name}: {error.message}"
    return (Finding(codes.NOT_EDITABLE, message, error.location, spec.subject, codes.NOT_EDITABLE.remedy),)
