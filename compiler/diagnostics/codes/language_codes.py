"""The language: MY1."""

from compiler.diagnostics.codes.code_factories import error

UNKNOWN_KEY = error(
    "MY101",
    "unknown-key",
    "A key that the language does not have here.",
    "A misspelled key would silently mean nothing; the language is closed so that nothing is ignored.",
    "Use the nearest known key, or remove it.",
)
MISSING_KEY = error(
    "MY102",
    "missing-key",
    "A key that has to be there is not.",
    "Something that is rendered or recorded needs the value, and Modelyard invents none.",
    "Add the key: in the document itself, or in a layer that holds for it.",
)
BAD_VALUE = error(
    "MY103",
    "bad-value",
    "A value that the field does not take.",
    "Quantities are typed, so that a mistake is found here and not by the cluster.",
    "Write what the field expects; `modelyard explain` and the reference of the language show examples.",
)
UNKNOWN_KIND = error(
    "MY104",
    "unknown-kind",
    "A document whose apiVersion, kind or type Modelyard does not know.",
    "One document is one object of a known kind.",
    "Start the document with `apiVersion: modelyard/v1` and a known `kind`.",
)
DUPLICATE_NAME = error(
    "MY105",
    "duplicate-name",
    "Two documents of one kind have the same name.",
    "A name is an object's identity; references could mean either.",
    "Rename one of them.",
)
WRONG_FILE = error(
    "MY106",
    "misplaced",
    "A document in a file where its kind cannot stand.",
    "The project file stands at the root, and Defaults in a file `_defaults.yaml` whose folder says what it holds for.",
    "Move the document.",
)
