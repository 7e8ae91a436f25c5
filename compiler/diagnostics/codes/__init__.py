"""Every built-in code, one module per family.

MY0 reading, MY1 language, MY2 resolution, MY3 policies, MY4 planning, MY5 rendering, MY6 writing, MY7 source tests,
MY8 pipelines and edits.

Code numbers are never reused: a retired code stays unused.
"""

from compiler.diagnostics.codes.job_codes import *
from compiler.diagnostics.codes.language_codes import *
from compiler.diagnostics.codes.planning_codes import *
from compiler.diagnostics.codes.policy_codes import *
from compiler.diagnostics.codes.rendering_codes import *
from compiler.diagnostics.codes.resolution_codes import *
from compiler.diagnostics.codes.source_test_codes import *
from compiler.diagnostics.codes.writing_codes import *
from compiler.diagnostics.codes.yaml_codes import *
