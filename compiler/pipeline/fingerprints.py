"""Fingerprints of look-ups: a result that was computed from them is valid for as long as they are the same."""

import hashlib
from collections.abc import Callable, Iterable
from functools import cached_property
from itertools import chain
from operator import eq

import msgspec

from compiler.resolve.digests import digest
from compiler.resolve.fleet import Fleet
from compiler.source.read_log import ALL_DOCUMENTS, ALL_HEADERS, ALL_NAMES, FILE, Read
from compiler.source.tree import NoSuchFile, Tree
from compiler.spec.portfolio import Portfolio, Spec, TypedSpec, all_documents
from compiler.spec.spec_header import encode_header
from compiler.spec.spec_paths import SpecPaths

_SHARED_KINDS = ("Environment", "Policy", "Waiver")
"""Kinds that nearly every result depends on, so that their documents belong to the scope of all results."""
_SEPARATOR = "\0"


class Trace(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What a result was computed from: look-ups, each a kind and a name in one text, and their fingerprints."""

    lookups: list[str]
    fingerprints: list[str]


class Fingerprints:
    """The fingerprints of one state of a project, each computed once."""

    def __init__(
        self,
        tree: Tree,
        fleet: Fleet,
        blob_id: Callable[[str], str],
        change_of: Callable[[str, str | None], str] = lambda _model, _environment: "",
    ) -> None:
        """`blob_id` gives the git blob id of a file; it raises `NoSuchFile` as `tree.read` does.

        `change_of` tells the base of a change, and whether it changes a model in an environment; by default there is none.
        """
        self._change_of = change_of
        self._tree = tree
        self._blob_id = blob_id
        self._fleet = fleet
        self._portfolio: Portfolio = fleet.portfolio
        self._known: dict[str, str] = {}
        """By look-up, as in a trace."""

    def of(self, kind: str, name: str) -> str:
        """The fingerprint of a look-up; empty for a miss."""
        return self._of(f"{kind}{_SEPARATOR}{name}")

    def trace(self, reads: Iterable[Read]) -> Trace:
        """Look-ups with their fingerprints, without those of the shared scope."""
        lookups = [f"{read.kind}{_SEPARATOR}{read.name}" for read in sorted(reads) if read.kind not in _SHARED_KINDS]
        return Trace(lookups, [self._of(lookup) for lookup in lookups])

    def are_current(self, trace: Trace) -> bool:
        """Whether all look-ups have the same fingerprints as before."""
        if list(map(self._known.get, trace.lookups)) == trace.fingerprints:  # most models share most look-ups
            return True
        return all(map(eq, map(self._of, trace.lookups), trace.fingerprints))

    def _of(self, lookup: str) -> str:
        fingerprint = self._known.get(lookup)
        if fingerprint is None:
            kind, _, name = lookup.partition(_SEPARATOR)
            with self._fleet.reads.paused():
                fingerprint = self._known[lookup] = self._compute(kind, name)
        return fingerprint

    def shared_scope(self) -> str:
        """The fingerprint of what nearly every result depends on: settings, environments, policies, waivers, emitters and schemas."""
        portfolio = self._portfolio
        with self._fleet.reads.paused():
            documents = [
                portfolio.project,
                *(spec for kind in _SHARED_KINDS for spec in portfolio.by_kind(kind).values()),
            ]
            folders = chain.from_iterable(self._tree.paths(portfolio.folder(name)) for name in ("templates", "schemas"))
            return _hash(
                *map(_document_fingerprint, documents),
                *(self.of(FILE, path) for path in sorted(folders)),
                repr(sorted(portfolio.broken_names)),
                repr(sorted(portfolio.unnamed_kinds)),
                *(digest(model.written) for model in portfolio.invalid_models),
            )

    def _compute(self, kind: str, name: str) -> str:
        match kind:
            case "file":
                return self._file_fingerprint(name)
            case "change":
                environment, _, model = name.partition("/")
                return self._change_of(model, environment or None)
            case "folder" | "specs" | "defaults" | "dependents" | "comments":
                return _hash(*self._listed_texts(kind, name))
        return self._document_fingerprint(kind, name)

    def _listed_texts(self, kind: str, name: str) -> Iterable[str]:
        """What a look-up of several files or documents depends on."""
        match kind:
            case "folder":
                return (*self._tree.paths(name), "\0", *self._tree.links(name))
            case "specs":
                return (*self._spec_paths.below(name), "\0", *self._spec_paths.model_folders_below(name))
            case "defaults":
                return map(_document_fingerprint, self._fleet.layers.folder_defaults(f"{name}/" if name else ""))
            case "comments":
                documents = [spec.document for spec in all_documents(self._portfolio)]
                return (f"{item.path} {item.text_digest}" for item in documents if item.has_tool_comments)
        return self._fleet.candidate_dependents(name)

    @cached_property
    def _spec_paths(self) -> SpecPaths:
        return SpecPaths(self._portfolio, self._fleet.reads)

    def _document_fingerprint(self, kind: str, name: str) -> str:
        specs = self._portfolio.by_kind(kind)
        if name == ALL_NAMES:
            return _hash(*specs)
        if name == ALL_HEADERS:
            return _hash(*(_header_text(spec) for spec in specs.values() if isinstance(spec, TypedSpec)))
        if name == ALL_DOCUMENTS:
            return _hash(*map(_document_fingerprint, specs.values()))
        spec = specs.get(name)
        return "" if spec is None else _document_fingerprint(spec)

    def _file_fingerprint(self, path: str) -> str:
        try:
            return self._blob_id(path)
        except NoSuchFile:
            return f"link {link}" if (link := self._tree.link_on(path)) else "absent"


def _document_fingerprint(spec: Spec) -> str:
    """The document's path, first line and data, but not the positions of its values."""
    document = spec.document
    return f"{document.path} {document.index} {document.line} {document.data_digest.hex()}"


def _header_text(spec: TypedSpec[object]) -> str:
    return f"{spec.document.path} {encode_header(spec.header).hex()}"


def _hash(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogateescape")).hexdigest()[:32]
