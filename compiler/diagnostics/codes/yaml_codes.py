"""Reading: MY0."""

from compiler.diagnostics.codes.code_factories import error, warning

YAML_SYNTAX = error(
    "MY001",
    "yaml-syntax",
    "The file is not YAML.",
    "Nothing in a file that cannot be parsed can be compiled, so nothing else is said about it.",
    "Mend the line that is named; an editor with a YAML language server shows the same place.",
)
NOT_UTF8 = error(
    "MY002",
    "not-utf8",
    "The file is not UTF-8 text.",
    "Specs are reviewed as text; other encodings show one thing and mean another.",
    "Save the file as UTF-8 without NUL or other control characters.",
)
DUPLICATE_KEY = error(
    "MY003",
    "duplicate-key",
    "A key stands twice in one map.",
    "Most readers of YAML silently keep the last one, so a reviewer cannot know which holds.",
    "Keep one of the two.",
)
CUSTOM_TAG = error(
    "MY004",
    "custom-tag",
    "A YAML tag that is not one of the core schema's, or does not fit its value.",
    "Tags ask a reader to build objects; specs are plain data.",
    "Remove the tag.",
)
TOO_LARGE = error(
    "MY005",
    "too-large",
    "The file is larger or deeper than a spec can be.",
    "Limits keep a file of a stranger's pull request from stopping the tool.",
    "Split the file, or put data into a file beside the spec.",
)
ALIAS_BUDGET = error(
    "MY006",
    "alias-budget",
    "Aliases expand to too many values, or to themselves.",
    "A few lines of nested aliases can mean billions of values.",
    "Write the values out, or use a Defaults document.",
)
AMBIGUOUS_SCALAR = warning(
    "MY007",
    "ambiguous-scalar",
    "A plain scalar that readers of YAML understand differently.",
    "`no`, `12:30:45`, `1e10` or a date mean one thing in YAML 1.1 and another in 1.2; Modelyard keeps what was written.",
    "Quote it.",
)
RESERVED_CHARACTER = error(
    "MY008",
    "reserved-character",
    "A character that specs and templates may not hold.",
    "U+E000 and U+E001 mark values while templates are rendered; control characters hide from reviewers.",
    "Remove the character.",
)
NOT_A_DOCUMENT = error(
    "MY009",
    "not-a-document",
    "A document that is not a map, or a key that is not text.",
    "One document is one object of the language.",
    "Start the document with `apiVersion: modelyard/v1`.",
)
SYMBOLIC_LINK = error(
    "MY010",
    "symbolic-link",
    "A spec, or a file beside one, that is a symbolic link.",
    "A link can lead outside the repository, and git stores only where it points.",
    "Put the file itself there.",
)
NUMBER_OUT_OF_RANGE = error(
    "MY011",
    "number",
    "A number that JSON cannot hold, or that other readers would round.",
    "Infinity, not-a-number and integers beyond 64 bits do not survive the way into JSON, schemas and other tools.",
    "Write a number within range, or quote it if it is text.",
)
MERGE_KEY = error(
    "MY012",
    "merge-key",
    "`<<` that takes in something other than maps.",
    "A merge key copies the keys of a map, or of each map of a list; anything else has no keys to copy.",
    "Give `<<` an alias of a map, or a list of such aliases.",
)
