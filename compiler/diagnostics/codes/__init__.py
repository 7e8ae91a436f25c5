"""Every built-in code, described once; a file a family.

MY0 reading, MY1 language, MY2 resolution, MY3 policy, MY4 planning, MY5 rendering, MY6 writing, MY7 execution,
MY8 jobs and changes.

An id is never given to another meaning; a code that is no longer found stays out of use.
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
