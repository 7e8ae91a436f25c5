"""MY0: reading YAML."""

from compiler.diagnostics.codes.code_factories import error, warning

YAML_SYNTAX = error(
    "MY001",
    "yaml-syntax",
    "The file is not valid YAML.",
    "A file that cannot be parsed cannot be compiled. It gets no other findings.",
    "Fix the reported line. Editors with a YAML language server report the same position.",
)
NOT_UTF8 = error(
    "MY002",
    "not-utf8",
    "The file is not UTF-8 text.",
    "Specs are reviewed as text, and other encodings may be displayed differently from what they contain.",
    "Save the file as UTF-8 without NUL or other control characters.",
)
DUPLICATE_KEY = error(
    "MY003",
    "duplicate-key",
    "A map has the same key twice.",
    "Most YAML parsers silently keep the last value, so a reviewer cannot know which value applies.",
    "Remove one of the two keys.",
)
CUSTOM_TAG = error(
    "MY004",
    "custom-tag",
    "A YAML tag is not in the core schema, or does not match its value.",
    "Tags instruct a parser to build objects; specs are plain data.",
    "Remove the tag.",
)
TOO_LARGE = error(
    "MY005",
    "too-large",
    "The file is too large, or nested too deeply.",
    "The limits prevent a file in an untrusted pull request from stopping the tool.",
    "Split the file, or move data to a companion file.",
)
ALIAS_BUDGET = error(
    "MY006",
    "alias-budget",
    "Aliases expand to too many values, or to themselves.",
    "A few lines of nested aliases can expand to billions of values.",
    "Write the values out, or use a Defaults document.",
)
AMBIGUOUS_SCALAR = warning(
    "MY007",
    "ambiguous-scalar",
    "A plain scalar is ambiguous between YAML versions.",
    "`no`, `12:30:45`, `1e10` or a date mean one thing in YAML 1.1 and another in 1.2. Modelyard keeps the text as written.",
    "Quote the value.",
)
RESERVED_CHARACTER = error(
    "MY008",
    "reserved-character",
    "A file contains characters that are reserved, or that reviewers cannot see.",
    "Hidden characters (zero-width characters, bidirectional controls, tags, variation selectors) can carry instructions to a language "
    "model, or show a reviewer other text than a program reads. They are allowed only where an emoji or a script needs them, such as a "
    "zero-width non-joiner between Persian letters. U+E000 and U+E001 mark values while templates are rendered.",
    "Remove the characters.",
)
NOT_A_DOCUMENT = error(
    "MY009",
    "not-a-document",
    "A document is not a map, or one of its keys is not text.",
    "Each document is one object of the language.",
    "Start the document with `apiVersion: modelyard/v1`.",
)
SYMBOLIC_LINK = error(
    "MY010",
    "symbolic-link",
    "A spec, a companion file or a folder of inputs is a symbolic link.",
    "A link can lead outside the repository, and git stores only its destination. No link is followed, and models behind one would vanish.",
    "Replace the link with the file or the folder.",
)
NUMBER_OUT_OF_RANGE = error(
    "MY011",
    "number-out-of-range",
    "A number cannot be represented in JSON, or other parsers would round it.",
    "Infinity, not-a-number and integers beyond 64 bits are lost when converted to JSON.",
    "Write a number within range, or quote it if it is text.",
)
MERGE_KEY = error(
    "MY012",
    "merge-key",
    "`<<` merges a value that is not a map.",
    "A merge key copies the keys of a map, or of each map in a list. Other values have no keys.",
    "Give `<<` an alias of a map, or a list of such aliases.",
)
EMPTY_FILE = error(
    "MY013",
    "empty-file",
    "A file of specs contains no document.",
    "A spec that was emptied by accident would look like a model that was removed on purpose.",
    "Write a document in the file, or delete the file.",
)
LFS_POINTER = error(
    "MY014",
    "lfs-pointer",
    "An input file is a pointer of Git LFS.",
    "The file itself was not fetched, and the pointer would be rendered instead.",
    "Run `git lfs pull`. A revision never holds more than the pointer: keep specs, templates and companion files out of Git LFS.",
)
UNREAD_FILE = warning(
    "MY015",
    "unread-file",
    "A file among the specs looks like YAML, but its name does not end in .yaml or .yml.",
    "Only files with these endings are read, so that its documents do not exist for any command.",
    "Rename the file, or move it out of the folder.",
)
