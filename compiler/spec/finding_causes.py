"""One finding for one cause, where the text of a value and its field are both questionable."""

from collections.abc import Iterable, Iterator, Sequence

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Location
from compiler.source.document import Document
from compiler.spec.language import Language


def without_date_warnings(
    documents: Iterable[Document], findings: Iterable[Finding], language: Language
) -> list[Finding]:
    """The findings of a file without those about unquoted dates in fields for dates, which every reader takes for the same day."""
    ambiguous = [finding for finding in findings if finding.code is codes.AMBIGUOUS_SCALAR]
    date_locations = {
        document.location(pointer)
        for document in (documents if ambiguous else ())
        for pointer in language.date_pointers(document.data)
    }
    return [
        finding
        for finding in findings
        if finding.code is not codes.AMBIGUOUS_SCALAR or finding.location not in date_locations
    ]


def one_per_cause(parse_findings: Iterable[Finding], schema_findings: Sequence[Finding]) -> Iterator[Finding]:
    """Without warnings about a value that its field rejects, and without schema violations in text that could not be parsed."""
    parse_findings = list(parse_findings)
    unreadable = [finding.location for finding in parse_findings if finding.is_blocking and finding.location]
    yield from without_repeated_warnings([*parse_findings, *schema_findings], unreadable)


def without_repeated_warnings(findings: Iterable[Finding], unreadable: Sequence[Location] = ()) -> Iterator[Finding]:
    """Each finding, except an ambiguous scalar where another finding has the same location, and findings around unreadable text."""
    findings = list(findings)
    other_locations = {finding.location for finding in findings if finding.code is not codes.AMBIGUOUS_SCALAR}
    for finding in findings:
        is_repeated = finding.code is codes.AMBIGUOUS_SCALAR and finding.location in other_locations
        is_consequence = any(
            finding.location and finding.location != location and _contains(finding.location, location)
            for location in unreadable
        )
        if not is_repeated and not is_consequence:
            yield finding


def _contains(outer: Location, inner: Location) -> bool:
    if outer.path != inner.path:
        return False
    starts_before = (outer.line, outer.column) <= (inner.line, inner.column)
    return starts_before and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
