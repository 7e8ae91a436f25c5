"""Writing: MY6."""

from compiler.diagnostics.codes.code_factories import error

HAND_EDITED = error(
    "MY601",
    "hand-edited",
    "A file that Modelyard wrote was edited since.",
    "The next build would undo the edit without a word; what is not in a spec or a template is lost or drifts.",
    "Put the edit into the spec, a patch or the template, delete the file, and build again.",
)
UNMANAGED_FILE = error(
    "MY602",
    "not-ours",
    "An output would replace a file that Modelyard did not write.",
    "Only files that a lock names are ours to change; a file with exactly the same bytes is taken over.",
    "Move or delete the file, or place the output elsewhere.",
)
PATH_CONFLICT = error(
    "MY603",
    "path-clash",
    "Two outputs want one path, or paths that some systems cannot keep apart.",
    "macOS and Windows ignore the case of names, and no system has a file and a folder of one name.",
    "Give one of the two another path.",
)
UNSAFE_PATH = error(
    "MY604",
    "unsafe-path",
    "An output's path leads out of its folder, or cannot exist on every system.",
    "A path is made from names in specs; none of them may reach a file elsewhere, git's or Modelyard's own files.",
    "Rename what the path is made from, or change the path in the emitter.",
)
OUTPUT_LINK = error(
    "MY605",
    "output-link",
    "An output can be reached only through a symbolic link.",
    "A link can lead out of the folder that the output is confined to.",
    "Replace the link by a folder or a file.",
)
DAMAGED_LOCK = error(
    "MY606",
    "damaged-lock",
    "A lock does not say what Modelyard wrote.",
    "Without it nobody can tell a hand edit from an old output; a merge that left its markers is the usual cause.",
    "Restore the lock from git; or delete it, and with it the files that it names, and build again.",
)
