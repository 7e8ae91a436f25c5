"""MY1: the language."""

from compiler.diagnostics.codes.code_factories import error

UNKNOWN_KEY = error(
    "MY101",
    "unknown-key",
    "The language has no such key here.",
    "The language is closed, so that a misspelled key is reported instead of ignored.",
    "Use the nearest known key, or remove the key.",
)
MISSING_KEY = error(
    "MY102",
    "missing-key",
    "A required key is missing.",
    "Rendered files or records need the value, and Modelyard never invents one.",
    "Add the key to the document, or to a layer that applies to it.",
)
BAD_VALUE = error(
    "MY103",
    "bad-value",
    "The field does not accept the value.",
    "Fields are typed, so that a mistake is found before the cluster rejects it.",
    "Write what the field expects; `modelyard explain` and the language reference show examples.",
)
UNKNOWN_KIND = error(
    "MY104",
    "unknown-kind",
    "The apiVersion, kind or type of a document is unknown.",
    "Each document is one object of a known kind.",
    "Start the document with `apiVersion: modelyard/v1` and a known `kind`.",
)
DUPLICATE_NAME = error(
    "MY105",
    "duplicate-name",
    "Two documents of one kind have the same name.",
    "The name identifies the object; references to it would be ambiguous.",
    "Rename one of them.",
)
WRONG_FILE = error(
    "MY106",
    "wrong-file",
    "A document is in a file that its kind is not allowed in.",
    "The project file belongs at the root, and Defaults belong in `_defaults.yaml` of the folder that they apply to.",
    "Move the document to a file of its kind.",
)
FOLDER_OVERLAP = error(
    "MY107",
    "folder-overlap",
    "A folder that Modelyard writes to contains another folder of the project, or is inside one.",
    "Rendered files would replace specs and templates, or the next run would read them as such.",
    "Give the output and the records folders of their own.",
)
