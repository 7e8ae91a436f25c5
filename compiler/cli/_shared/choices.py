"""Choices of options as literals, so that `--help` imports no tables; tests/cli/test_declarations.py compares the two."""

REPORT_FORMATS = ("text", "json", "sarif", "gitlab", "junit", "github", "rdjson", "markdown")
"""Keys of `compiler.report.REPORTERS`."""
OUTPUT_FORMATS = ("text", "json", "github")
"""Keys of `compiler.report.ci_outputs.OUTPUTS`."""
STATUS_FORMATS = ("text", "json", "markdown", "csv")
"""Keys of `compiler.report.record_status.FORMATS`."""
DUE_FORMATS = ("text", "json", "markdown", "csv")
"""Keys of `compiler.report.due_report.FORMATS`."""
GRAPH_FORMATS = ("mermaid", "dot", "svg")
"""Keys of `compiler.graph.graph_formats.RENDERERS`."""
PIPELINE_STEPS = ("data", "test", "scan", "train", "evaluate", "canary")
"""Keys of `compiler.execution.jobs.steps.STEP_POINTERS`."""
MAX_MATRIX_JOBS = 256
"""`compiler.report.ci_outputs.MAX_MATRIX_JOBS`."""
