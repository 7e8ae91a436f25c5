"""MY6: writing."""

from compiler.diagnostics.codes.code_factories import error, warning

HAND_EDITED = error(
    "MY601",
    "hand-edited",
    "A file that Modelyard wrote was edited by hand.",
    "The next build would overwrite the edit.",
    "Move the edit to the spec, a patch or the template, delete the file, and build again.",
)
UNMANAGED_FILE = error(
    "MY602",
    "unmanaged-file",
    "An output would replace a file that Modelyard did not write.",
    "Modelyard changes only files that its lock file lists. A file with identical content is taken over.",
    "Move or delete the file, or change the output's path.",
)
PATH_CONFLICT = error(
    "MY603",
    "path-conflict",
    "Two output paths conflict on some systems.",
    "macOS and Windows ignore case in names, and no system allows a file and a folder with the same name.",
    "Change one of the two paths.",
)
UNSAFE_PATH = error(
    "MY604",
    "unsafe-path",
    "An output path leads out of its folder, or is invalid on some systems.",
    "Paths contain names from specs, which must not reach other files, git's files or Modelyard's own files.",
    "Rename the object that the path is built from, or change the path in the emitter.",
)
OUTPUT_LINK = error(
    "MY605",
    "output-link",
    "An output path contains a symbolic link.",
    "A link can lead out of the output folder.",
    "Replace the link with a folder or a file.",
)
DAMAGED_LOCK = error(
    "MY606",
    "damaged-lock",
    "A lock file is damaged.",
    "Without it, Modelyard cannot distinguish hand edits from old output. Merge conflict markers are the usual cause.",
    "Restore the lock file from git; or delete it together with the files that it lists, and build again.",
)
FOREIGN_FILE = warning(
    "MY607",
    "foreign-file",
    "A lock file lists a committed file at a path that its emitter does not write to.",
    "A lock file is part of the repository, and a mistake or an attack could list any file. A build removes a file only where"
    " its emitter commits files.",
    "Delete the file yourself if nothing needs it.",
)
INTERRUPTED_BUILD = error(
    "MY608",
    "interrupted-build",
    "A build was killed while it replaced files.",
    "Some files have their new content and others their old one. The next build completes the change; `build --check` writes nothing.",
    "Run `modelyard build`.",
)
DAMAGED_JOURNAL = error(
    "MY609",
    "damaged-journal",
    "The journal of an interrupted build is damaged, or was written in another folder.",
    "A journal lists the files to replace. One that came with a commit or a copy is not followed.",
    "Delete the journal, and build again.",
)
KEPT_FILE = warning(
    "MY610",
    "kept-file",
    "A file was changed after a build was interrupted that would have removed it.",
    "The edit is not lost, but no build manages the file any more.",
    "Delete the file if you do not need it.",
)
INCOMPLETE_CHECKOUT = error(
    "MY611",
    "incomplete-checkout",
    "The checkout leaves out files that a build reads.",
    "The build would take the models of a sparse checkout or a missing submodule for deleted, and remove their files.",
    "Run `git sparse-checkout disable` and `git submodule update --init`, or build a revision with `--rev HEAD`.",
)
NOT_AT_REPOSITORY_ROOT = error(
    "MY612",
    "not-at-repository-root",
    "A file that a forge reads at the root of the repository would be written below it.",
    "A forge ignores workflows and CODEOWNERS elsewhere, and paths in them are relative to the root of the repository.",
    "Move the project to the root of its repository, or disable the emitter.",
)
FOREIGN_OUTPUT_FOLDER = error(
    "MY613",
    "foreign-output-folder",
    "The output folder holds files, and no build made it.",
    "A change of `output` could write among the files of other programs, such as those of a virtual environment, which would then"
    " execute them. `--output` on the command line is your own choice, and is not restricted.",
    "Set `output` to a folder that does not exist yet, or empty the folder.",
)
