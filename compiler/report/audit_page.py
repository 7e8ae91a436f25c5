"""The HTML page of an audit."""

from collections.abc import Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from compiler.policy.audit import Audit, AuditedControl, AuditedFramework


def render_page(
    audit: Audit, frameworks: Sequence[tuple[AuditedFramework, Sequence[AuditedControl]]], summary: str
) -> str:
    """The page; every value is escaped."""
    return _template().render(audit=audit, frameworks=frameworks, summary=summary)


@cache
def _template() -> Template:
    loader = PackageLoader("compiler.report", ".")
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("audit_page.html.j2")
