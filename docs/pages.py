"""The pages of reference, each a function of what the code says of itself."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click
from examples import Examples, example_value
from fields import Row, describe_type, field_description, field_rows, markdown_table

from compiler.cli._shared.command_group import modelyard
from compiler.diagnostics.finding import Finding, Fix, Location, Note, Severity, Subject
from compiler.foundation import resources
from compiler.foundation.json_data import Object, as_list, as_object, as_str
from compiler.graph.graph_builder import build_graph
from compiler.graph.svg.svg_document import render_svg
from compiler.inventory.columns import COLUMNS
from compiler.pipeline import explanation
from compiler.pipeline.session import Session
from compiler.plan.context.lazy_context import VARIABLE_DESCRIPTIONS
from compiler.plan.emitters.emitter import Emitter, Emitters, FileRule
from compiler.plan.emitters.emitter_loader import load_emitters
from compiler.policy.pack import load_shipped_pack, shipped_pack_names
from compiler.policy.policy_definition import Policy
from compiler.render.encoders import ENCODERS
from compiler.render.jinja_filters import FILTERS
from compiler.render.jinja_tests import JINJA_TESTS
from compiler.report import REPORTERS, Report
from compiler.source.memory_tree import MemoryTree
from compiler.source.worktree import WorkTree
from compiler.source.yaml_parse import parse
from compiler.spec.quantities import QUANTITIES

_AREAS = {
    "0": "Reading", "1": "Language", "2": "Resolution", "3": "Policy", "4": "Planning", "5": "Rendering", "6": "Writing", "7": "Execution",
    "8": "Jobs and changes",
}  # fmt: skip


def language() -> Iterator[str]:
    """Every kind and type, its fields, and an example that the tests check."""
    yield (
        "One YAML document is one object: `apiVersion: modelyard/v1`, a `kind`, a `name` and the fields below. An unknown\n"
        "key is an error. *Required* speaks of what holds in the end: a layer may give what the document leaves out.\n\n"
        "*Merge* says how layers combine: maps merge, `null` deletes, everything else replaces, unless the list has a key\n"
        "(then elements with the same key merge, and `{name: x, $delete: true}` removes one) or is a `union`. *Digest* says\n"
        "which of a model's two digests covers the field: `runtime` (what runs) or `governance`. A *name* is made of\n"
        "lower-case letters, digits and hyphens, at most 63.\n"
    )
    yield _units()
    examples = Examples()
    yield from _model(examples)
    for kind, schema in sorted(resources.kind_schemas().items()):
        if kind != "Model":
            own_properties = as_object(schema["properties"])
            if kind == "Defaults":  # any other key is a field of Model, and so is what stands below these
                own_properties = {
                    key: _without_nested(as_object(own_properties[key])) for key in ("types", "environments")
                }
            yield f"## {kind}\n\n{schema['description']}\n"
            yield _fields_table({**schema, "properties": own_properties}, schema, examples.of_kind(kind))
            yield _full_example(kind)


def _model(examples: Examples) -> Iterator[str]:
    types = dict(sorted(resources.type_schemas().items()))
    common = next(iter(types.values()))
    spec = as_object(as_object(common["$defs"])["Spec"])
    document_properties = {
        key: node for key, node in as_object(spec["properties"]).items() if key not in as_object(common["properties"])
    }
    kind_of_model: Object = {
        "enum": list(types),
        "description": "What `source` holds.",
        "x-modelyard-digest": "runtime",
    }
    model_properties: Object = {**as_object(common["properties"]), "type": kind_of_model}
    yield f"## Model\n\n{common['description']}\n"
    yield _fields_table({**common, "properties": model_properties}, common, examples.of_kind("Model"))
    yield "A document also says what was published, and where it runs; `release` and `canary` stand in an environment's entry.\n"
    yield markdown_table(
        ("field", "takes", "description"),
        (
            (f"`{name}`", describe_type(as_object(node), common), field_description(as_object(node)))
            for name, node in document_properties.items()
        ),
    )
    release = as_object(as_object(common["$defs"])["Release"])
    release_properties = {key: node for key, node in as_object(release["properties"]).items() if key != "source"}
    yield f"One of `releases`: {release['description']} Its `source` follows the type.\n"
    yield _fields_table({"properties": release_properties}, common, examples.releases())
    for name, schema in types.items():
        source = as_object(as_object(schema["$defs"])["Source"])
        yield f"### Type `{name}`: {schema['x-modelyard-title']}\n\n`source`: {source['description']}\n"
        yield _fields_table(
            source, schema, [as_object(release_data.get("source")) for release_data in examples.releases(name)]
        )
        yield f"Defaults of the type: `{json.dumps(schema['x-modelyard-defaults'])}`\n"
        yield _full_example(f"model-{name}")


def _without_nested(node: Object) -> Object:
    """A field without what stands below it."""
    return {key: value for key, value in node.items() if key != "additionalProperties"}


def _units() -> str:
    """What the units of quantities are, from the quantities themselves."""
    summaries = {name: as_str(quantity.__doc__).splitlines()[0] for name, quantity in QUANTITIES.items()}
    return "## Quantities\n\n" + markdown_table(
        ("quantity", "what it is"), ((f"`{name}`", text) for name, text in summaries.items())
    )


def _example_text(documents: list[Object], row: Row) -> str:
    """What an example says of the field; a field that none shows stops the page from being made."""
    example = example_value(documents, row.path)
    if example is None:
        raise ValueError(f"no example in schemas/examples/ shows {row.path}")
    return f"`{example}`" if example else ""


def _fields_table(schema: Object, root: Object, documents: list[Object] | None = None) -> str:
    entries = list(field_rows(schema, root))
    annotation_columns = [(title, [getattr(row, title) for row in entries]) for title in ("merge", "digest")]
    used_columns = [title for title, values in annotation_columns if any(values)]
    last_columns = ("description",) if documents is None else ("description", "example")
    lines = (
        (
            f"`{row.path}`",
            row.type_text,
            "yes" if row.is_required else "",
            *(str(getattr(row, title)) for title in used_columns),
            row.description,
            *(() if documents is None else (_example_text(documents, row),)),
        )
        for row in entries
    )
    return markdown_table(("field", "takes", "required", *used_columns, *last_columns), lines)


def _full_example(kind: str) -> str:
    name = "".join(f"-{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(kind))
    text = resources.read_shipped_text(f"examples/{name}.yaml")
    visible_text = "\n".join(line for line in text.splitlines() if not line.startswith("# yaml-language-server"))
    return f"```yaml\n{visible_text}\n```\n"


def codes() -> Iterator[str]:
    """Every built-in code."""
    yield "`modelyard explain CODE` prints the same. A mandatory finding makes a command exit with 1; an advisory one does not.\n"
    area = ""
    for code in explanation.all_codes():
        if code.id[2] != area:
            area = code.id[2]
            yield f"## {_AREAS[area]} (MY{area})\n"
        yield f"### {code.id} {code.name}\n\n{code.summary} *{code.severity.value}, {code.enforcement.value}*\n"
        yield f"{code.why}\n\n**What to do:** {code.remedy}\n"


def commands() -> Iterator[str]:
    """The help of every command."""
    parent = click.Context(modelyard, info_name="modelyard", terminal_width=100, help_option_names=["-h", "--help"])
    yield f"```text\n{modelyard.get_help(parent)}\n```\n"
    for name in modelyard.list_commands(parent):
        command = modelyard.get_command(parent, name)
        assert command  # noqa: S101 - it was listed
        context = click.Context(command, info_name=name, parent=parent, terminal_width=100)
        yield f"## {name}\n\n```text\n{command.get_help(context)}\n```\n"
        for subcommand_name, subcommand in command.commands.items() if isinstance(command, click.Group) else ():
            inner = click.Context(subcommand, info_name=subcommand_name, parent=context, terminal_width=100)
            yield f"### {name} {subcommand_name}\n\n```text\n{subcommand.get_help(inner)}\n```\n"


def targets() -> Iterator[str]:
    """Every shipped emitter: what it takes, needs, refuses, offers and makes."""
    yield (
        "Emitters that come with Modelyard; a project's own stand beside them in its `templates/` "
        "([how to write one](../guides/writing-an-emitter.md)).\n"
    )
    for emitter in sorted(
        _shipped_emitters().by_id.values(), key=lambda entry: (not entry.is_target, entry.group, entry.id)
    ):
        yield from _emitter_section(emitter)


def _shipped_emitters() -> Emitters:
    capability_schema = as_object(
        parse(resources.read_shipped_text("capabilities.yaml"), "capabilities.yaml").documents[0].data
    )
    templates = WorkTree(resources.shipped_folder("templates"))
    return load_emitters(templates, MemoryTree({}), "templates", resources.emitter_schema(), capability_schema)


def _emitter_section(emitter: Emitter) -> Iterator[str]:
    data = emitter.data
    default_state = "on" if emitter.data.get("enabled", True) else "off"
    usage = (
        f"`deploy.target: {emitter.id}`"
        if emitter.is_target
        else f"`{emitter.group}/`, {default_state} unless the project says otherwise under `emitters`."
    )
    yield f"## {emitter.title} (`{emitter.id}`)\n\n{' '.join(as_str(data.get('summary')).split())}\n\n{usage}\n"
    selectors = [f"{key}: {', '.join(map(as_str, as_list(names)))}" for key, names in emitter.model_selector.items()]
    yield f"**Takes** {'; '.join(selectors) or 'every model that runs'}.\n"
    if emitter.adoptable_fields:
        yield f"**Adopts** the {', the '.join(sorted(emitter.adoptable_fields))} of live objects.\n"
    if data.get("needs"):
        yield "**Is refused** where\n"
        yield "".join(
            f"- {need['because']}: {need.get('help', '')}\n" for need in map(as_object, as_list(data["needs"]))
        )
    if data.get("cannot"):
        yield "**Cannot** do what is asked by\n"
        yield markdown_table(
            ("field", "because", "when"),
            (
                (
                    f"`{rule['field']}`" if "field" in rule else "",
                    as_str(rule["because"]),
                    f"`{' '.join(as_str(rule['when']).split())}`",
                )
                for rule in map(as_object, as_list(data["cannot"]))
            ),
        )
    if data.get("options"):
        options_path = "`deploy.options`" if emitter.is_target else f"`emitters.{emitter.id}.options` of the project"
        yield f"**Options**, under {options_path}\n"
        yield _fields_table(as_object(data["options"]), as_object(data["options"]))
    if emitter.images:
        yield (
            "**Images** that the project locks: " + ", ".join(_format_image(image) for image in emitter.images) + ".\n"
        )
    yield "**Files**\n"
    yield markdown_table(("file", "for each", "checked by", "when"), map(_file_row, emitter.files))
    yield from _exports(emitter)


def _format_image(image: Object) -> str:
    return f"`{image['name']}`" + (f" (when `{image['when']}`)" if "when" in image else "")


def _file_row(rule: FileRule) -> tuple[str, ...]:
    scope = "model and environment" if rule.scope == "deployment" else rule.scope
    condition = " ".join((rule.condition or "").split())
    return f"`{rule.path}`", scope, f"`{rule.schema}`" if rule.schema else "", f"`{condition}`" if condition else ""


def _exports(emitter: Emitter) -> Iterator[str]:
    for title, key in (("Exports", "exports"), ("Service level indicators", "sli")):
        if emitter.data.get(key):
            yield f"**{title}**\n\n```json\n{json.dumps(emitter.data[key], indent=2, ensure_ascii=False)}\n```\n"


def emitter() -> Iterator[str]:
    """The fields of emitter.yaml."""
    schema = resources.emitter_schema()
    yield f"{schema['description']} The guide [how to write one](../guides/writing-an-emitter.md) explains them.\n"
    yield _fields_table(schema, schema)


def capabilities() -> Iterator[str]:
    """What an Environment may say of its cluster."""
    yield "Under `capabilities` of an Environment. Emitters decide by them; an emitter of a project may declare more.\n"
    capability_schema = _shipped_emitters().capability_schema
    yield _fields_table(capability_schema, capability_schema)


def template_context() -> Iterator[str]:
    """The names that a template sees."""
    yield (
        "What a template sees of one model in one environment. Files made once for a model, a release, an environment or the project see\n"
        "what is said of them below.\n"
        "A name that is said to be absent is undefined: ask `is defined`, or use `| default(…)`. A field has its canonical\n"
        "form: `cpu` is `500m` or `2`, `memory` is `1Gi`, a duration `250ms`, a percentage `99.9%`.\n"
    )
    yield markdown_table(
        ("name", "what it is"), ((f"`{name}`", description) for name, description in VARIABLE_DESCRIPTIONS.items())
    )
    yield (
        "Conditions in `emitter.yaml` (`when`, `that`) are CEL and see `model`, `deploy` (`model.deploy`), `release`,\n"
        "`canary`, `environment`, `capabilities` (`environment.capabilities`), `options`, `project`, `useCase`, `team` and `name`.\n"
    )


def filters() -> Iterator[str]:
    """Filters, encoders and tests of templates."""
    yield "Templates may use these and no others: each hands on where a value came from, and none takes text apart.\n"
    yield "## Filters\n"
    plain_filters = {name: filter_ for name, filter_ in FILTERS.items() if name not in ENCODERS}
    yield markdown_table(
        ("filter", "what it gives"),
        ((f"`{name}`", _filter_summary(name, filter_)) for name, filter_ in sorted(plain_filters.items())),
    )
    yield (
        "## Encoders\n\nInside a larger string a value is a plain word (`[A-Za-z0-9][A-Za-z0-9._:/@+-]*`, no `..` segment) or\n"
        "goes through the encoder of the language that it stands in: `{{ x | promql }}`. The same names declare the language of a\n"
        "field under `languages` of `emitter.yaml`; `literal` can only be declared.\n"
    )
    yield markdown_table(
        ("encoder", "what it is for"), ((f"`{name}`", encoder.usage) for name, encoder in ENCODERS.items())
    )
    yield "## Tests\n\nAfter `is`: " + ", ".join(f"`{name}`" for name in JINJA_TESTS) + ".\n"


_FILTER_SUMMARIES = {
    "list": "The elements of a list, or the keys of a map, as a list.",
    "lower": "The text in lower case.",
    "reverse": "The elements from last to first.",
    "rejectattr": "The elements whose field does not pass a test: `rejectattr('internal')`, `rejectattr('kind', 'eq', 'model')`.",
    "selectattr": "The elements whose field passes a test: `selectattr('internal')`, `selectattr('kind', 'eq', 'model')`.",
    "trim": "The text without white space around it.",
    "upper": "The text in upper case.",
}


def _filter_summary(name: str, filter_: Callable[..., object]) -> str:
    summary = _FILTER_SUMMARIES.get(name) or (filter_.__doc__ or "").strip()
    if not summary:
        raise SystemExit(f"docs/pages.py: say what the filter {name} gives")
    return summary


_FINDING_FIELDS: Mapping[str, str] = {
    "code": "The id of the kind of finding; see the reference of codes.",
    "name": "Its stable name.",
    "severity": "`critical`, `high`, `medium`, `low` or `info`.",
    "enforcement": "`mandatory` (decides the exit code) or `advisory`.",
    "status": "`open`, or answered for: `waived` by a Waiver, or known to the `baseline`. Only open ones decide the exit code.",
    "because": "Why it is not open (the reason and the ticket of a waiver), or null.",
    "message": "What was found and what was expected.",
    "help": "What to do, or null.",
    "controls": "The ids of the controls that the policy serves.",
    "docs": "The address of a page about the policy, or null.",
    "kind": "The kind of object that it is about, or null where a file cannot be read.",
    "object": "Its name.",
    "environment": "The environment in which it holds, or null for several or all.",
    "environments": "The environments in which it holds; an empty list stands for all.",
    "pointer": "Where in the object (RFC 6901).",
    "path": "The file, from the project's root; null where no file is to blame.",
    "line": "Lines count from 1.",
    "column": "Columns count characters from 1.",
    "endLine": "The line of the end.",
    "endColumn": "The column after the last character.",
    "fingerprint": "The same for the same finding after lines move or words change.",
    "notes": "Other places that help: `message`, `path`, `line`, `column`.",
    "fix": "An edit that mends it, where there is one: `safe`, `text`, and the range that it replaces.",
}


def findings() -> Iterator[str]:
    """The fields of findings in JSON, and the other formats."""
    location = Location("models/card-fraud.yaml", 12, 3, 12, 9)
    subject = Subject("Model", "card-fraud", "prod", ("deploy", "scalin"))
    code = explanation.find_code("MY101")
    assert code  # noqa: S101 - the first code of the language
    example = Finding(
        code,
        "`scalin` is not known here",
        location,
        subject,
        "did you mean `scaling`?",
        (Note("also here", location),),
        Fix(location, "scaling"),
    )
    text = REPORTERS["json"](Report((example,), lambda _: None))
    (finding_json,) = json.loads(text)["findings"]
    if finding_json.keys() != _FINDING_FIELDS.keys():
        raise SystemExit(f"docs/pages.py: these fields differ: {sorted(finding_json.keys() ^ _FINDING_FIELDS.keys())}")
    yield "## `json`\n\nWhat `--format json` writes. Fields are added to version 1 and never change their meaning.\n"
    yield markdown_table(
        ("field of a finding", "what it says"),
        ((f"`{name}`", description) for name, description in _FINDING_FIELDS.items()),
    )
    yield f"```json\n{text}```\n"
    yield "## Other formats\n\n`modelyard check --format NAME` and `modelyard build --format NAME` write them, too.\n"
    for name in REPORTERS:
        if name != "json":
            yield from _format_section(name)


def _format_section(name: str) -> Iterator[str]:
    """What a format says of itself, and how it reads a severity."""
    module = sys.modules[REPORTERS[name].__module__]
    yield f"### `{name}`\n\n{(module.__doc__ or '').strip()}\n"
    levels: Mapping[Severity, str] = getattr(module, "LEVELS", {})
    if levels:
        yield markdown_table(tuple(severity.value for severity in levels), iter([tuple(levels.values())]))


def policies() -> Iterator[str]:
    """Every pack that is shipped, with what each of its policies asks for."""
    schemas_tree = WorkTree(resources.shipped_folder("schemas"))
    yield "`modelyard policy show PACK/POLICY` prints a policy, `modelyard explain PACK/POLICY` why it is asked for and how it is waived.\n"
    yield "**This is no legal advice.** A policy shows that a document says something, and not that a law or a standard is kept.\n"
    for name in shipped_pack_names(schemas_tree):
        pack = load_shipped_pack(schemas_tree, name)
        metadata = pack.metadata
        yield f"## {name}\n\n{metadata['title']} (version {metadata['version']}). {metadata['summary']}\n"
        sources = (as_object(source) for source in as_list(metadata.get("sources")))
        yield "".join(f"- [{source['title']}]({source['url']})\n" for source in sources)
        yield markdown_table(
            ("policy", "asks", "severity", "", "evidence for"),
            (
                (
                    f"`{policy.spec.name}`",
                    policy.code.summary,
                    policy.code.severity.value,
                    _enforcement_text(policy),
                    ", ".join(policy.code.controls),
                )
                for policy in pack.policies
            ),
        )


def _enforcement_text(policy: Policy) -> str:
    """How it is enforced, and from when."""
    words = [policy.code.enforcement.value]
    words += [f"{as_str(value)} in {key}" for key, value in as_object(policy.data.get("enforcementIn")).items()]
    day, in_force_from = policy.get_date("mandatoryFrom"), policy.get_date("inForce", "from")
    words += [f"from {day.isoformat()}"] if day else []
    words += [f"in force from {in_force_from.isoformat()}"] if in_force_from else []
    return ", ".join(words)


def inventory() -> Iterator[str]:
    """The shapes of what `modelyard inventory` writes."""
    yield (
        "`modelyard inventory --format json`, `modelyard inventory MODEL --format json` and `records/register.json` of a build have one\n"
        "shape. What nobody said is left out; lists and maps are always there. No value follows the day on which it is read.\n"
        "[The guide](../guides/inventory-and-graph.md) shows them.\n"
    )
    yield from _output_section("inventory")
    yield "## Columns\n\nOf `--columns`, `--sort`, CSV and `records/register.csv`; several values of a cell stand between semicolons.\n"
    yield markdown_table(("column", "title"), ((f"`{name}`", column.title or name) for name, column in COLUMNS.items()))
    yield "## What is due\n\n`modelyard inventory due --format json`:\n"
    yield from _output_section("due")


def _output_section(name: str) -> Iterator[str]:
    """The fields of something that is written as JSON, from its published schema."""
    schema = as_object(json.loads(resources.read_shipped_text(f"outputs/{name}.schema.json")))
    entries = field_rows(schema, schema)
    lines = (
        (f"`{row.path}`", row.type_text, "" if row.is_required else "where said", row.description) for row in entries
    )
    yield f"Schema: `schemas/outputs/{name}.schema.json`\n"
    yield markdown_table(("field", "is", "there", "what it says"), lines)


def render_pictures() -> dict[Path, str]:
    """Pictures of the sample portfolio, by their path below docs/."""
    run = Session(WorkTree(Path(__file__).resolve().parent.parent))
    portfolio_graph = build_graph(run.inventory, run.inventory.models, (), include_unused=True)
    return {Path("guides/sample-graph.svg"): render_svg(portfolio_graph, "LR")}


PAGES: Mapping[str, tuple[str, Callable[[], Iterator[str]]]] = {
    "language.md": ("The language", language),
    "codes.md": ("Codes", codes),
    "commands.md": ("Commands", commands),
    "targets.md": ("Targets and other emitters", targets),
    "emitter.md": ("`emitter.yaml`", emitter),
    "capabilities.md": ("Capabilities", capabilities),
    "template-context.md": ("What templates see", template_context),
    "filters.md": ("Filters, encoders and tests", filters),
    "policies.md": ("Policies that are shipped", policies),
    "findings.md": ("Findings in each format", findings),
    "inventory.md": ("Inventory and what is due, in JSON", inventory),
}


def render_pages() -> dict[Path, str]:
    """Every page by its path below docs/reference/."""
    warning = "<!-- Made from the code by `make docs`: edit that instead. -->\n"
    return {
        Path(name): warning
        + f"\n# {title}\n\n"
        + "\n".join(part if part.endswith("\n") else f"{part}\n" for part in page())
        for name, (title, page) in PAGES.items()
    }
