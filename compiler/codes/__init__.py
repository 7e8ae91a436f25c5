"""Every built-in code, described once; a file a family.

MY0 reading, MY1 language, MY2 resolution, MY3 policy, MY4 planning, MY5 rendering, MY6 writing, MY7 execution,
MY8 jobs and changes.

An id is never given to another meaning; a code that is no longer found stays out of use.
"""

from compiler.codes.execution import *
from compiler.codes.jobs import *
from compiler.codes.language import *
from compiler.codes.planning import *
from compiler.codes.policy import *
from compiler.codes.reading import *
from compiler.codes.rendering import *
from compiler.codes.resolution import *
from compiler.codes.writing import *
