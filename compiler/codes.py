"""Every built-in code, described once.

MY0 reading, MY1 language, MY2 resolution, MY3 policy, MY4 planning, MY5 rendering, MY6 writing, MY7 execution,
MY8 jobs and changes.

An id is never given to another meaning; a code that is no longer found stays out of use.
"""

# fmt: off - a table: id and name on one line
from compiler.diagnostics import Code, Enforcement, Severity


def _error(code: str, name: str, summary: str, why: str, remedy: str) -> Code:
    return Code(code, name, Severity.HIGH, Enforcement.MANDATORY, summary, why, remedy)


def _warning(code: str, name: str, summary: str, why: str, remedy: str) -> Code:
    return Code(code, name, Severity.LOW, Enforcement.ADVISORY, summary, why, remedy)


# --- MY0 reading -----------------------------------------------------------------------------------------------------
YAML_SYNTAX = _error(
    "MY001",
    "yaml-syntax",
    "The file is not YAML.",
    "Nothing in a file that cannot be parsed can be compiled, so nothing else is said about it.",
    "Mend the line that is named; an editor with a YAML language server shows the same place.",
)
NOT_UTF8 = _error(
    "MY002",
    "not-utf8",
    "The file is not UTF-8 text.",
    "Specs are reviewed as text; other encodings show one thing and mean another.",
    "Save the file as UTF-8 without NUL or other control characters.",
)
DUPLICATE_KEY = _error(
    "MY003",
    "duplicate-key",
    "A key stands twice in one map.",
    "Most readers of YAML silently keep the last one, so a reviewer cannot know which holds.",
    "Keep one of the two.",
)
CUSTOM_TAG = _error(
    "MY004",
    "custom-tag",
    "A YAML tag that is not one of the core schema's, or does not fit its value.",
    "Tags ask a reader to build objects; specs are plain data.",
    "Remove the tag.",
)
TOO_LARGE = _error(
    "MY005",
    "too-large",
    "The file is larger or deeper than a spec can be.",
    "Limits keep a file of a stranger's pull request from stopping the tool.",
    "Split the file, or put data into a file beside the spec.",
)
ALIAS_BUDGET = _error(
    "MY006",
    "alias-budget",
    "Aliases expand to too many values, or to themselves.",
    "A few lines of nested aliases can mean billions of values.",
    "Write the values out, or use a Defaults document.",
)
AMBIGUOUS_SCALAR = _warning(
    "MY007",
    "ambiguous-scalar",
    "A plain scalar that readers of YAML understand differently.",
    "`no`, `12:30:45`, `1e10` or a date mean one thing in YAML 1.1 and another in 1.2; Modelyard keeps what was written.",
    "Quote it.",
)
RESERVED_CHARACTER = _error(
    "MY008",
    "reserved-character",
    "A character that specs and templates may not hold.",
    "U+E000 and U+E001 mark values while templates are rendered; control characters hide from reviewers.",
    "Remove the character.",
)
NOT_A_MAP = _error(
    "MY009",
    "not-a-document",
    "A document that is not a map, or a key that is not text.",
    "One document is one object of the language.",
    "Start the document with `apiVersion: modelyard/v1`.",
)
LINK = _error(
    "MY010",
    "symbolic-link",
    "A spec, or a file beside one, that is a symbolic link.",
    "A link can lead outside the repository, and git stores only where it points.",
    "Put the file itself there.",
)
NUMBER = _error(
    "MY011",
    "number",
    "A number that JSON cannot hold, or that other readers would round.",
    "Infinity, not-a-number and integers beyond 64 bits do not survive the way into JSON, schemas and other tools.",
    "Write a number within range, or quote it if it is text.",
)
MERGE_KEY = _error(
    "MY012",
    "merge-key",
    "`<<` that takes in something other than maps.",
    "A merge key copies the keys of a map, or of each map of a list; anything else has no keys to copy.",
    "Give `<<` an alias of a map, or a list of such aliases.",
)

# --- MY1 language ----------------------------------------------------------------------------------------------------
UNKNOWN_KEY = _error(
    "MY101",
    "unknown-key",
    "A key that the language does not have here.",
    "A misspelled key would silently mean nothing; the language is closed so that nothing is ignored.",
    "Use the nearest known key, or remove it.",
)
MISSING_KEY = _error(
    "MY102",
    "missing-key",
    "A key that has to be there is not.",
    "Something that is rendered or recorded needs the value, and Modelyard invents none.",
    "Add the key: in the document itself, or in a layer that holds for it.",
)
BAD_VALUE = _error(
    "MY103",
    "bad-value",
    "A value that the field does not take.",
    "Quantities are typed, so that a mistake is found here and not by the cluster.",
    "Write what the field expects; `modelyard explain` and the reference of the language show examples.",
)
UNKNOWN_KIND = _error(
    "MY104",
    "unknown-kind",
    "A document whose apiVersion, kind or type Modelyard does not know.",
    "One document is one object of a known kind.",
    "Start the document with `apiVersion: modelyard/v1` and a known `kind`.",
)
DUPLICATE_NAME = _error(
    "MY105",
    "duplicate-name",
    "Two documents of one kind have the same name.",
    "A name is an object's identity; references could mean either.",
    "Rename one of them.",
)
MISPLACED = _error(
    "MY106",
    "misplaced",
    "A document in a file where its kind cannot stand.",
    "The project file stands at the root, and Defaults in a file `_defaults.yaml` whose folder says what it holds for.",
    "Move the document.",
)

# --- MY2 resolution --------------------------------------------------------------------------------------------------
UNKNOWN_REFERENCE = _error(
    "MY201",
    "unknown-reference",
    "A name that refers to nothing.",
    "An owner, a dataset or a model that does not exist cannot be called, paged or audited.",
    "Use the nearest known name, or write the document that is missing.",
)
REFERENCE_CYCLE = _error(
    "MY202",
    "reference-cycle",
    "Objects that refer to each other in a circle.",
    "None of them could start, be built or retire before the others.",
    "Remove one of the references.",
)
MATCHES_NOTHING = _error(
    "MY203",
    "matches-nothing",
    "An overlay, a default or a deletion that holds for nothing.",
    "It was written to have an effect and has none; most often a name is misspelled.",
    "Correct the name, or remove it.",
)
NO_RELEASE = _error(
    "MY204",
    "no-release",
    "No release, or one that was never published, would run in an environment.",
    "What runs is always one published release.",
    "Say `release:` in the environment's entry, or publish the release under `releases:`.",
)
LIFECYCLE = _error(
    "MY205",
    "lifecycle",
    "A model in an environment that its lifecycle does not allow.",
    "A model that is only proposed, or is retired, must not answer customers.",
    "Change `lifecycle` if the model is further than it says, or take it out of the environment.",
)
NO_NAMESPACE = _error(
    "MY206",
    "no-namespace",
    "The environment has no namespace for the model.",
    "An environment has one namespace for all, or one for each tenant; a model's tenant is never guessed from its owner.",
    "Set the model's `tenant`, or give the tenant a namespace in the Environment.",
)
BESIDE = _error(
    "MY207",
    "file-beside",
    "A file beside the spec that is missing, too large or outside the project.",
    "Files that a release names are part of it: they are read, digested and shipped.",
    "Put the file there, or correct its path.",
)
SLO_LOOSER = _error(
    "MY208",
    "slo-looser",
    "The SLO allows more than the SLA promises.",
    "Alerts would stay silent while the promise is broken.",
    "Make the objective at least as strict as the promise.",
)
NOT_THERE = _error(
    "MY209",
    "not-there",
    "A model uses another one that does not run in the same environment, or not in a release that will do.",
    "It would have nobody to ask.",
    "Let the other model run there, or change the range.",
)
PROJECT_ORDER = _error(
    "MY210",
    "promotion-order",
    "The project's list of environments and the Environment documents differ.",
    "Promotion follows the list; an environment that is not in it can never be reached.",
    "Name every Environment once in `environments`.",
)
SHARED_DELIVERY = _error(
    "MY211",
    "shared-delivery",
    "Two environments are delivered to the same folder of a branch, or one into the folder of the other.",
    "Publishing an environment replaces its whole folder: each would take away what the other one runs.",
    "Give each its own `branch`, or a `path` of its own below `delivery`, beside the others'.",
)
TOO_FRESH = _error(
    "MY221",
    "too-fresh",
    "A job is promised to end well more often than its schedule lets it run.",
    "The promise is broken by the calendar, on every weekend or holiday, and somebody is called for it.",
    "Promise a longer time than the schedule leaves between two runs, and the run itself takes.",
)

# --- MY3 policy ------------------------------------------------------------------------------------------------------
# MY301 said that policies were recognised and not evaluated; they are.
BAD_POLICY = _error(
    "MY302",
    "bad-policy",
    "A policy that cannot be asked: a condition, a schema or a name in it is wrong.",
    "A policy with a slip in it would hold nobody to anything, and nobody would notice.",
    "Mend it at the place that is named; `modelyard policy test` runs its examples.",
)
POLICY_FAILED = _error(
    "MY303",
    "policy-failed",
    "A condition of a policy came to nothing for a model.",
    "What could not be asked must not look kept.",
    "Ask `has(…)` first of a field that may be absent.",
)
SELECTS_NOTHING = _warning(
    "MY304",
    "selects-nothing",
    "A policy that holds no model to anything: it selects none, binds nobody, or has ended.",
    "A slip in its `match` looks the same as a fleet that keeps it, and so does a policy that nobody bound.",
    "Mend its `match`, bind it, or take it out.",
)
BAD_EXAMPLE = _error(
    "MY305",
    "bad-example",
    "An example of a policy that does not come out as it says.",
    "Examples are the tests of a policy: it does not do what its author thought.",
    "Mend the policy, or the example.",
)
UNKNOWN_CONTROL = _error(
    "MY306",
    "unknown-control",
    "A policy names a control that no catalogue has.",
    "Evidence for a control that does not exist is none.",
    "Write `<framework>:<control>` as the catalogue in `schemas/controls/` does.",
)
POLICY_NAME_TAKEN = _error(
    "MY307",
    "policy-name-taken",
    "A project's policy or pack has the name of a pack that came with Modelyard.",
    "A shipped policy cannot be replaced by one that asks for less, only waived.",
    "Rename it.",
)
BAD_WAIVER = _error(
    "MY308",
    "bad-waiver",
    "A waiver that excepts nobody: of a policy that cannot be waived, or not by who agreed, or not for so long.",
    "An exception is a decision of somebody who may make it.",
    "Let somebody agree who may, for as long as may be.",
)
WAIVER_EXPIRED = _warning(
    "MY309",
    "waiver-expired",
    "A waiver that has ended.",
    "What it excepted counts again; the document says otherwise to who reads it.",
    "Remove it, or have it granted anew.",
)
WAIVER_UNUSED = _warning(
    "MY310",
    "waiver-unused",
    "A waiver that excepts nothing: no model that it names breaks what it waives.",
    "It would hide the next mistake.",
    "Remove it, or what it names of the model.",
)
WAIVER_ENDS = Code(
    "MY311",
    "waiver-ends",
    Severity.INFO,
    Enforcement.ADVISORY,
    "A waiver that ends within two weeks.",
    "What it excepts fails from the day after.",
    "Do what its ticket says, or have it granted anew.",
)
BAD_SUPPRESSION = _warning(
    "MY312",
    "bad-suppression",
    "A comment `modelyard: ignore[…]` that has no reason, or hides nothing, or may not hide it.",
    "A comment can hide what is advisory, with a reason; what is mandatory takes a Waiver, which somebody agrees to.",
    "Write `# modelyard: ignore[policy]: reason`, or remove it.",
)

NOT_JUDGED = Code(
    "MY313",
    "not-judged",
    Severity.INFO,
    Enforcement.ADVISORY,
    "A policy that binds and was not asked.",
    "A check that did not happen must not look like one that passed.",
    "pip install 'modelyard[secrets]'",
)

APPROVAL_WITHOUT_ROLE = _warning(
    "MY314",
    "approval-without-role",
    "An approval by a team that does not hold the role in which it agreed: it counts for nothing.",
    "Who may agree is decided with the team, and not by who agrees.",
    "Let a team agree that holds the role, or have the role added under `approves` of the Team.",
)
APPROVAL_DATES = _error(
    "MY315",
    "approval-dates",
    "An approval that ends before the day on which it was given.",
    "It never counted, or one of its days is mistyped; a record of it would say that somebody agreed.",
    "Mend the day that is wrong.",
)
DAY_TO_COME = _warning(
    "MY316",
    "day-to-come",
    "A decision that was made on a day to come: an approval, or the class of a use case.",
    "Nobody can have decided yet; records would show it as decided.",
    "Write the day on which it was decided.",
)

# --- MY4 planning ----------------------------------------------------------------------------------------------------
UNKNOWN_TARGET = _error(
    "MY401",
    "unknown-target",
    "No emitter has this id, or the model names none.",
    "A model that runs somewhere needs a target that renders it.",
    "Set `deploy.target` to one of the targets.",
)
NOT_TAKEN = _error(
    "MY402",
    "not-taken",
    "The target does not take models of this type or lifecycle.",
    "It could render something, and that would not run.",
    "Choose a target that takes it.",
)
CANNOT = _error(
    "MY403",
    "cannot",
    "The target cannot express something that the spec asks for.",
    "It is refused rather than dropped, because nobody would notice.",
    "Remove it, or choose a target that can.",
)
NEEDS = _error(
    "MY404",
    "needs",
    "The target needs something that the environment or the model does not have.",
    "What it renders would not work there.",
    "Do what the help says, or choose another target.",
)
BAD_OPTION = _error(
    "MY405",
    "bad-option",
    "`deploy.options` does not fit what the target describes.",
    "Options are as closed as the rest of the language.",
    "See the reference of the target.",
)
NO_IMAGE = _error(
    "MY406",
    "no-image",
    "An image that the target needs is not locked, or an image has no digest.",
    "A tag can change under a release; Modelyard makes no version or digest up.",
    "Name the image with its digest under `images` of the project, or set `runtime.digest`.",
)
BAD_EMITTER = _error(
    "MY407",
    "bad-emitter",
    "An emitter's folder does not keep the contract.",
    "A template that half works renders something that nobody asked for.",
    "Mend the place that is named; the guide to emitters describes the contract.",
)
SAME_PATH = _error(
    "MY408",
    "same-path",
    "Two files would be written to one path.",
    "The second would silently replace the first.",
    "Give one of them another path.",
)
BAD_CAPABILITY = _error(
    "MY409",
    "bad-capability",
    "A capability of an Environment that nothing declares, or whose value does not fit.",
    "Emitters decide by capabilities; a misspelled one would silently be missing.",
    "See the reference of capabilities.",
)
PATCH_MISSES = _error(
    "MY410",
    "patch-misses",
    "A patch that matches no rendered object, or more than one.",
    "It was written to have an effect on one object.",
    "Correct the target of the patch.",
)
OBJECT_CLASH = _error(
    "MY421",
    "object-clash",
    "A model adopts live objects that are another model's, or whose selector finds another model's replicas.",
    "Two models would write one object by turns, or requests would reach the wrong one.",
    "Name the live objects of each model, with their whole selectors.",
)

NO_REQUEST = _error(
    "MY422",
    "no-request",
    "A model in a namespace with a quota does not say what its replicas request.",
    "A cluster admits no replica that leaves out what a quota counts.",
    "Say `deploy.resources`, or leave the resource out of the quota.",
)
SMALL_QUOTA = _warning(
    "MY423",
    "small-quota",
    "A quota is less than the models of its namespace can come to request.",
    "Replicas that scaling asks for would not be admitted, and nobody is told until they are needed.",
    "Raise the quota, or lower `deploy.scaling.max`.",
)

NO_CODE_OWNER = _error(
    "MY424",
    "no-code-owner",
    "A file that somebody has to own, and nobody whom a forge could ask.",
    "A line of code owners without an owner lets anybody change the file; an owner without a handle is nobody there.",
    "Say the team's `codeOwners`, or the project's `owner`.",
)
NOT_WATCHED = _error(
    "MY425",
    "not-watched",
    "Nothing measures an objective where the model runs, though a Prometheus is there.",
    "An alert that cannot fire looks like a service that never fails.",
    "Say where it is measured under `slo.indicators`, or under `slo.unwatched` why it is not; records tell it.",
)
BAD_OBJECTIVE = _error(
    "MY426",
    "bad-objective",
    "An objective that no alert can watch: a window without known burn rates, a share without a budget, or one said to be unwatched.",
    "Burn rates are published for some windows; a share of 100% is broken by the first error.",
    "Watch a share below 100% over 7d, 28d, 30d or 90d.",
)
NOT_A_BOUND = _error(
    "MY427",
    "not-a-bound",
    "The time of an objective is no bound of the buckets that answers are counted in.",
    "How many answers came within it is nowhere counted; an estimate would page somebody, or nobody.",
    "Watch a time that is a bound, or name a histogram under `slo.indicators` that has this one.",
)
BAD_SERIES = _error(
    "MY428",
    "bad-series",
    "A series that a model names and that Prometheus does not take, or that cannot be what it is said to be.",
    "Prometheus refuses the whole file of rules that holds it, or an alert on it never fires.",
    "Mend what is named: expressions are RE2 and match the whole value; a histogram is named without `_bucket`; errors are some of all "
    "requests.",
)

# --- MY5 rendering ---------------------------------------------------------------------------------------------------
TEMPLATE = _error(
    "MY501",
    "template",
    "A template cannot be rendered for this model.",
    "Values are placed, never parsed; what cannot be placed safely is refused.",
    "Change the value in the spec, or mend the template.",
)
OUTPUT_INVALID = _error(
    "MY502",
    "output-invalid",
    "What was rendered does not pass the schema of its consumer.",
    "The cluster would refuse it later, or ignore it.",
    "Change the value in the spec, or mend the template.",
)
NOT_CHECKED = Code(
    "MY503",
    "not-checked",
    Severity.INFO,
    Enforcement.ADVISORY,
    "No schema was at hand for a kind of output, so it was rendered and not checked.",
    "A check that did not happen must not look like one that passed.",
    "Install the extra that is named, or keep the schema in the project's `schemas/crds/`.",
)

# --- MY6 writing -----------------------------------------------------------------------------------------------------
HAND_EDITED = _error(
    "MY601",
    "hand-edited",
    "A file that Modelyard wrote was edited since.",
    "The next build would undo the edit without a word; what is not in a spec or a template is lost or drifts.",
    "Put the edit into the spec, a patch or the template, delete the file, and build again.",
)
NOT_OURS = _error(
    "MY602",
    "not-ours",
    "An output would replace a file that Modelyard did not write.",
    "Only files that a lock names are ours to change; a file with exactly the same bytes is taken over.",
    "Move or delete the file, or place the output elsewhere.",
)
PATH_CLASH = _error(
    "MY603",
    "path-clash",
    "Two outputs want one path, or paths that some systems cannot keep apart.",
    "macOS and Windows ignore the case of names, and no system has a file and a folder of one name.",
    "Give one of the two another path.",
)
UNSAFE_PATH = _error(
    "MY604",
    "unsafe-path",
    "An output's path leads out of its folder, or cannot exist on every system.",
    "A path is made from names in specs; none of them may reach a file elsewhere, git's or Modelyard's own files.",
    "Rename what the path is made from, or change the path in the emitter.",
)
OUTPUT_LINK = _error(
    "MY605",
    "output-link",
    "An output can be reached only through a symbolic link.",
    "A link can lead out of the folder that the output is confined to.",
    "Replace the link by a folder or a file.",
)
DAMAGED_LOCK = _error(
    "MY606",
    "damaged-lock",
    "A lock does not say what Modelyard wrote.",
    "Without it nobody can tell a hand edit from an old output; a merge that left its markers is the usual cause.",
    "Restore the lock from git; or delete it, and with it the files that it names, and build again.",
)

# --- MY7 execution ---------------------------------------------------------------------------------------------------
SOURCE_BROKEN = _error(
    "MY701",
    "source-broken",
    "A file beside a spec that its engine cannot read, compile or load.",
    "It would fail where it runs, after it was reviewed and rolled out.",
    "Mend the line that is named.",
)
WRONG_ANSWER = _error(
    "MY702",
    "wrong-answer",
    "A test, a case or a competency question that does not come out as it says.",
    "What the files decide is not what somebody wrote down that they must.",
    "Mend the files, or the test if it asks for the wrong thing.",
)
SOURCE_DISAGREES = _error(
    "MY703",
    "source-disagrees",
    "The spec says of its files what they do not say.",
    "What is rendered and recorded follows the spec, and what runs follows the files.",
    "Change whichever of the two is wrong.",
)
REACHES_OUT = _error(
    "MY704",
    "reaches-out",
    "A file beside a spec asks for something outside of the release.",
    "What a release does would depend on a server that nobody reviewed; nothing that is run here has a network.",
    "Put what it needs beside the spec.",
)
RUN_STOPPED = _error(
    "MY705",
    "run-stopped",
    "A release that used up its time or memory, or ended the process that ran it.",
    "What does that here does it where it runs; it has a process of its own, so that it harms nothing.",
    "Find what it loops over or allocates.",
)
DOUBTFUL = _warning(
    "MY706",
    "doubtful",
    "What the spec says of its files is possible, and not what they suggest.",
    "A hint is no proof of either side; somebody should look.",
    "Look at both, and change the one that is wrong.",
)
NONCONFORMING = _error(
    "MY707",
    "nonconforming",
    "Facts of a knowledge graph that do not conform to its shapes.",
    "Whoever queries the graph relies on what the shapes promise.",
    "Mend the facts at the focus node, or the shape.",
)
UNCOVERED = _error(
    "MY708",
    "uncovered",
    "A scorecard that gives some value no points, or two different ones.",
    "The attributes of a characteristic have to cover every value once, or the score is an accident.",
    "Close the gap, or move the bounds apart.",
)
NOT_RUN = Code(
    "MY709",
    "not-run",
    Severity.INFO,
    Enforcement.ADVISORY,
    "A release, or a part of one, that was not run.",
    "A check that did not happen must not look like one that passed.",
    "Do what the help says, or evaluate the release in its pipeline.",
)
UNTESTED = Code(
    "MY710",
    "untested",
    Severity.INFO,
    Enforcement.ADVISORY,
    "A release that was run, and has no tests that say what must come.",
    "That files load says nothing of whether they decide rightly.",
    "Add tests beside its files.",
)

# --- MY8 jobs and changes --------------------------------------------------------------------------------------------
STEP_FAILED = _error(
    "MY801",
    "step-failed",
    "A program of a model's pipeline that could not be run, ended with an error or took too long.",
    "What it was to find out is not known, and nothing that is not known is taken for good.",
    "Read what it printed, and mend it or what it looks at.",
)
NOT_MEASURED = _error(
    "MY802",
    "not-measured",
    "A gate asks for a metric that nobody measured on the release.",
    "A bar that nothing is held against lets everything pass.",
    "Record it under `evaluations` of the release, or let `pipeline.evaluate.run` write it.",
)
GATE_MISSED = _error(
    "MY803",
    "gate-missed",
    "A release that does not clear a bar of its model.",
    "The bar was set before anybody knew the number, and says what is good enough.",
    "Make a better release; a bar is moved by those who set it, in a change of its own.",
)
BEHIND_CHAMPION = _error(
    "MY804",
    "behind-champion",
    "A release that is worse than the one that it would follow.",
    "Clearing the bars is the least; what runs today may be better than that.",
    "Make a better release, or say under `champion.tolerance` how much worse it may be.",
)
NOT_EDITABLE = _error(
    "MY805",
    "not-editable",
    "A place of a spec that a command was asked to change and that only a person can.",
    "An anchor or an alias stands in several places at once; to change one would change the others unseen.",
    "Write the values out at the place, or edit the file by hand.",
)
NOT_ALLOWED = _error(
    "MY806",
    "not-allowed",
    "A promotion, rollback or retirement that what the spec says does not allow.",
    "The command would write what the next check refuses, or what somebody ruled out.",
    "Do what the help says first.",
)
