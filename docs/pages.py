"""The pages of reference, each generated from the code."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click
from fields import rows, table
from language import language
from policy_variables import policy_variables
from sample_fields import sample_fields

from compiler.cli._shared.command_group import modelyard
from compiler.diagnostics.built_in_codes import all_codes
from compiler.diagnostics.finding import Finding, Fix, Location, Note, Severity, Subject
from compiler.foundation import resources
from compiler.foundation.json_data import Json, Object, as_list, as_object, as_str
from compiler.graph.graph_builder import build_graph
from compiler.graph.svg.svg_document import render_svg
from compiler.inventory.columns import COLUMNS
from compiler.pipeline import explanation as explain
from compiler.pipeline.session import Session
from compiler.plan.context.lazy_context import VARIABLE_DESCRIPTIONS
from compiler.plan.emitters.emitter import Emitter, Emitters, FileRule
from compiler.plan.emitters.emitter_loader import load_builtin_emitters
from compiler.policy.pack import load_shipped_pack, shipped_pack_names
from compiler.policy.policy_definition import Policy
from compiler.report import REPORTERS, Report
from compiler.source.worktree import WorkTree
from compiler.source.yaml_parse import parse
from compiler.spec.data_types import ImageData
from compiler.templating.encoders import ENCODERS
from compiler.templating.jinja_filters import FILTERS
from compiler.templating.jinja_tests import JINJA_TESTS

_AREAS = {
    "0": "Reading", "1": "Language", "2": "Resolution", "3": "Policy", "4": "Planning", "5": "Rendering", "6": "Writing", "7": "Execution",
    "8": "Jobs and changes",
}  # fmt: skip


def _fields(schema: Object, root: Object) -> str:
    """A table of all fields; a column in which every cell is empty is left out."""
    fields = list(rows(schema, root))
    columns = [title for title in ("merge", "digest") if any(getattr(row, title) for row in fields)]
    lines = (
        (
            f"`{row.path}`",
            row.takes,
            "yes" if row.required else "",
            *(str(getattr(row, title)) for title in columns),
            row.description,
        )
        for row in fields
    )
    return table(("field", "type", "required", *columns, "description"), lines)


def codes() -> Iterator[str]:
    """Every built-in code."""
    yield (
        "`modelyard explain CODE` prints the same text. A command exits with 1 if there is a mandatory finding; advisory findings\n"
        "do not change the exit code.\n"
    )
    area = ""
    for code in all_codes():
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
        for below, one in command.commands.items() if isinstance(command, click.Group) else ():
            inner = click.Context(one, info_name=below, parent=context, terminal_width=100)
            yield f"### {name} {below}\n\n```text\n{one.get_help(inner)}\n```\n"


def targets() -> Iterator[str]:
    """Every shipped emitter: what it supports, requires, rejects, offers and renders."""
    yield (
        "These emitters are shipped with Modelyard. A project adds its own in its folder `templates/` "
        "([how to write one](../guides/writing-an-emitter.md)).\n"
    )
    for emitter in sorted(_shipped_emitters().by_id.values(), key=lambda one: (not one.is_target, one.group, one.id)):
        yield from _emitter(emitter)


def _shipped_emitters() -> Emitters:
    declared = as_object(parse(resources.read_shipped_text("capabilities.yaml"), "capabilities.yaml").documents[0].data)
    templates = WorkTree(resources.shipped_folder("templates"))
    return load_builtin_emitters(templates, resources.emitter_schema(), declared)


def _emitter(emitter: Emitter) -> Iterator[str]:
    data = emitter.data
    on = "on" if emitter.data.get("enabled", True) else "off"
    activation = (
        f"`deploy.target: {emitter.id}`"
        if emitter.is_target
        else f"`{emitter.group}/`, {on} by default; the project changes this under `emitters`."
    )
    yield f'<a id="{emitter.id}"></a>\n'
    yield f"## {emitter.title} (`{emitter.id}`)\n\n{' '.join(as_str(data.get('summary')).split())}\n\n{activation}\n"
    supported = "; ".join(_selector_text(key, value) for key, value in as_object(emitter.json.get("supports")).items())
    yield f"**Supports** {supported or 'every deployed model'}.\n"
    if emitter.adoptable_fields:
        *first, last = sorted(emitter.adoptable_fields)
        yield f"**Can adopt** the {' and '.join(filter(None, (', '.join(first), last)))} of live objects.\n"
    if data.get("requires"):
        yield "**Rejects a model** if\n"
        yield "".join(
            f"- {need['message']}: {need.get('remedy', '')}\n" for need in map(as_object, as_list(data["requires"]))
        )
    yield from _features(emitter.json)
    if data.get("unsupported"):
        yield "**Does not support**\n"
        yield table(
            ("field", "reason", "condition"),
            (
                (
                    f"`{rule['field']}`" if "field" in rule else "",
                    as_str(rule["message"]),
                    f"`{' '.join(as_str(rule['when']).split())}`",
                )
                for rule in map(as_object, as_list(data["unsupported"]))
            ),
        )
    if data.get("limitations"):
        yield "**Supports with a limitation**, and reports a warning\n"
        yield (
            "\n".join(f"- {rule['message']}: {rule['remedy']}" for rule in map(as_object, as_list(data["limitations"])))
            + "\n"
        )
    if data.get("options"):
        where = "`deploy.options`" if emitter.is_target else f"`emitters.{emitter.id}.options` of the project"
        yield f"**Options**, under {where}\n"
        yield _fields(as_object(data["options"]), as_object(data["options"]))
    if emitter.images:
        yield "**Images** that the project has to set: " + ", ".join(_image(image) for image in emitter.images) + ".\n"
    yield "**Files**\n"
    yield table(("file", "one per", "schema", "condition"), map(_file, emitter.files))
    yield from _exports(emitter)


def _features(data: Object) -> Iterator[str]:
    """What the controllers of a cluster do, by release."""
    if data.get("features"):
        yield "**Features by release**, which conditions read as `features.<name>`\n"
        features = as_object(data["features"])
        yield table(
            ("feature", "from", "source"),
            (
                (
                    f"`{name}`",
                    f"{feature['capability']} {feature['since']}" if "since" in feature else "no release",
                    as_str(feature["source"]),
                )
                for name, feature in ((name, as_object(value)) for name, value in features.items())
            ),
        )


def _selector_text(key: str, value: Json) -> str:
    """One key of `supports`, in words."""
    if key == "when":
        return f"models for which `{' '.join(as_str(value).split())}` is true"
    if isinstance(value, Mapping):
        classes = (f"{regime} {' or '.join(map(as_str, as_list(names)))}" for regime, names in value.items())
        return f"{key}: {', '.join(classes)}"
    return f"{key}: {', '.join(map(as_str, as_list(value)))}"


def _image(image: ImageData) -> str:
    return f"`{image['name']}`" + (f" (when `{image['when']}`)" if "when" in image else "")


def _file(rule: FileRule) -> tuple[str, ...]:
    whose = "model and environment" if rule.scope == "deployment" else rule.scope
    condition = " ".join((rule.condition or "").split())
    return f"`{rule.path}`", whose, f"`{rule.schema}`" if rule.schema else "", f"`{condition}`" if condition else ""


def _exports(emitter: Emitter) -> Iterator[str]:
    for title, key in (("Exports", "exports"), ("Service level indicators", "sli")):
        if emitter.json.get(key):
            yield f"**{title}**\n\n```json\n{json.dumps(emitter.json[key], indent=2, ensure_ascii=False)}\n```\n"


def emitter() -> Iterator[str]:
    """The fields of emitter.yaml."""
    schema = resources.emitter_schema()
    yield f"{schema['description']} The guide [how to write one](../guides/writing-an-emitter.md) explains them.\n"
    yield _fields(schema, schema)


def capabilities() -> Iterator[str]:
    """The capabilities of a cluster that an Environment can state."""
    yield (
        "Fields of `capabilities` in an Environment. Emitters use them to decide what to render. An emitter of a project can\n"
        "declare more.\n"
    )
    known = _shipped_emitters().capability_schema
    yield _fields(known, known)


def template_context() -> Iterator[str]:
    """The names that a template sees."""
    yield (
        "The context of a template for one model in one environment. Descriptions state what differs in files for a model, a release,\n"
        "an environment or the project. A name that is described as absent is undefined: test it with `is defined`, or use\n"
        "`| default(…)`. Values have canonical form: `cpu` is `500m` or `2`, `memory` is `1Gi`, a duration `250ms`, a percentage `99.9%`.\n"
    )
    yield table(("name", "description"), ((f"`{name}`", text) for name, text in VARIABLE_DESCRIPTIONS.items()))
    yield (
        "Conditions in `emitter.yaml` (`when`, `expression`) are CEL and can use `model`, `deploy` (`model.deploy`), `release`,\n"
        "`canary`, `environment`, `capabilities` (`environment.capabilities`), `features`,\n"
        "`options`, `project`, `useCase`, `team` and `name`.\n"
    )


def filters() -> Iterator[str]:
    """Filters, encoders and tests of templates."""
    yield "Templates can use only these filters and tests. Each keeps the origin of a value, and none splits text.\n"
    yield "## Filters\n"
    plain = {name: filter_ for name, filter_ in FILTERS.items() if name not in ENCODERS}
    yield table(
        ("filter", "result"), ((f"`{name}`", _description(name, filter_)) for name, filter_ in sorted(plain.items()))
    )
    yield (
        "## Encoders\n\nInside a larger string a value is a plain word (`[A-Za-z0-9][A-Za-z0-9._:/@+-]*`, no `..` segment) or\n"
        "passes through the encoder of the embedded language: `{{ x | promql }}`. The same names declare the language of a\n"
        "field under `languages` of `emitter.yaml`; `literal` can only be declared.\n"
    )
    yield table(("encoder", "language"), ((f"`{name}`", encoder.usage) for name, encoder in ENCODERS.items()))
    yield "## Tests\n\nAfter `is`: " + ", ".join(f"`{name}`" for name in JINJA_TESTS) + ".\n"


_JINJA_FILTERS = {
    "list": "The elements of a list, or the keys of a map, as a list.",
    "lower": "The text in lower case.",
    "reverse": "The elements from last to first.",
    "rejectattr": "The elements whose field does not pass a test: `rejectattr('internal')`, `rejectattr('kind', 'eq', 'model')`.",
    "selectattr": "The elements whose field passes a test: `selectattr('internal')`, `selectattr('kind', 'eq', 'model')`.",
    "trim": "The text without white space around it.",
    "upper": "The text in upper case.",
}


def _description(name: str, filter_: Callable[..., object]) -> str:
    text = _JINJA_FILTERS.get(name) or (filter_.__doc__ or "").strip()
    if not text:
        raise SystemExit(f"docs/pages.py: describe the result of the filter {name}")
    return text


_FIELDS: Mapping[str, str] = {
    "code": "The id of the kind of finding; see the reference of codes.",
    "name": "Its stable name.",
    "severity": "`critical`, `high`, `medium`, `low` or `info`.",
    "enforcement": "`mandatory` (decides the exit code) or `advisory`.",
    "status": "`open`, `waived` by a Waiver, or recorded in the `baseline`. Only open findings decide the exit code.",
    "statusReason": "Why it is not open (the reason and the ticket of a waiver), or null.",
    "message": "What is wrong, and what was expected.",
    "help": "How to fix it, or null.",
    "controls": "The ids of the controls that the policy is evidence for.",
    "docs": "The address of a page about the policy, or null.",
    "reason": "Why the rule exists.",
    "owner": "The Team to contact about the policy, or null.",
    "waiver": "Who may waive the policy, and for how long; `not allowed`; null for rules that are no policies.",
    "kind": "The kind of the document, or null if a file cannot be read.",
    "object": "Its name.",
    "environment": "The environment that it applies to, or null for several or all.",
    "environments": "The environments that it applies to; an empty list means all.",
    "pointer": "The JSON pointer of the value in the document (RFC 6901).",
    "path": "The file, from the project's root; null if it belongs to no file.",
    "line": "The line of the start, from 1.",
    "column": "The column of the start, in characters from 1.",
    "endLine": "The line of the end.",
    "endColumn": "The column after the last character.",
    "fingerprint": "An identifier that stays the same when lines move or the message changes.",
    "notes": "Related locations: `message`, `path`, `line`, `column`.",
    "fix": "An edit that fixes it, or null: `safe`, `text`, and the range that it replaces.",
}


def findings() -> Iterator[str]:
    """The fields of findings in JSON, and the other formats."""
    location = Location("models/card-fraud.yaml", 12, 3, 12, 9)
    subject = Subject("Model", "card-fraud", "prod", ("deploy", "scalin"))
    code = explain.find_code("MY101")
    assert code  # noqa: S101 - the first code of the language
    example = Finding(
        code,
        "unknown key `scalin`",
        location,
        subject,
        "did you mean `scaling`?",
        (Note("also here", location),),
        Fix(location, "scaling"),
    )
    text = REPORTERS["json"](Report((example,), lambda _: None))
    (made,) = json.loads(text)["findings"]
    if made.keys() != _FIELDS.keys():
        raise SystemExit(f"docs/pages.py: these fields differ: {sorted(made.keys() ^ _FIELDS.keys())}")
    yield "## `json`\n\nThe output of `--format json`. New fields can be added to version 1; existing fields keep their meaning.\n"
    yield table(("field", "description"), ((f"`{name}`", text) for name, text in _FIELDS.items()))
    yield f"```json\n{text}```\n"
    yield "## Other formats\n\n`modelyard check --format NAME` and `modelyard build --format NAME` write these.\n"
    for name in REPORTERS:
        if name != "json":
            yield from _format(name)


def _format(name: str) -> Iterator[str]:
    """The description of a format, and how it maps severities."""
    module = sys.modules[REPORTERS[name].__module__]
    yield f"### `{name}`\n\n{(module.__doc__ or '').strip()}\n"
    levels: Mapping[Severity, str] = getattr(module, "LEVELS", {})
    if levels:
        yield table(tuple(severity.value for severity in levels), iter([tuple(levels.values())]))


def _source_link(source: Object) -> str:
    """A source of a pack, as a link if it has an address."""
    return f"[{source['title']}]({source['url']})" if "url" in source else str(source["title"])


def policies() -> Iterator[str]:
    """Every shipped pack, with what each of its policies requires."""
    shipped_schemas = WorkTree(resources.shipped_folder("schemas"))
    yield "`modelyard policy show PACK/POLICY` prints a policy; `modelyard explain PACK/POLICY` prints its reason and how to waive it.\n"
    yield (
        "**This is not legal advice.** A policy shows that a document contains a statement. It does not show compliance with a law\n"
        "or standard.\n"
    )
    for name in shipped_pack_names(shipped_schemas):
        pack = load_shipped_pack(shipped_schemas, name)
        about = pack.metadata
        yield f"## {name}\n\n{about['title']} (version {about['version']}). {about['summary']}\n"
        sources = (as_object(source) for source in as_list(about.get("sources")))
        yield "".join(f"- {_source_link(source)}\n" for source in sources)
        yield table(
            ("policy", "requirement", "severity", "enforcement", "evidence for"),
            (
                (
                    f"`{one.spec.name}`",
                    one.code.summary,
                    one.code.severity.value,
                    _binding(one),
                    ", ".join(one.code.controls),
                )
                for one in pack.policies
            ),
        )


def _binding(policy: Policy) -> str:
    """How the policy is enforced, and from which date."""
    words = [policy.code.enforcement.value]
    words += [f"{value} in {key}" for key, value in policy.data.get("enforcementIn", {}).items()]
    day, begins = policy.mandatory_from, policy.in_force_from
    words += [f"from {day.isoformat()}"] if day else []
    words += [f"in force from {begins.isoformat()}"] if begins else []
    return ", ".join(words)


def inventory() -> Iterator[str]:
    """The JSON schemas of what `modelyard inventory` writes."""
    yield (
        "`modelyard inventory --format json`, `modelyard inventory MODEL --format json` and `records/register.json` of a build have the\n"
        "same schema. Absent values are left out; lists and maps are always present. No value depends on the current date.\n"
        "[The guide](../guides/inventory-and-graph.md) shows examples.\n"
    )
    yield from _output("inventory")
    yield "## Columns\n\nFor `--columns`, `--sort`, CSV and `records/register.csv`. Semicolons separate several values in a cell.\n"
    yield table(("column", "title"), ((f"`{name}`", column.title or name) for name, column in COLUMNS.items()))
    yield "## Due dates\n\nThe output of `modelyard inventory due --format json`:\n"
    yield from _output("due")


def _output(name: str) -> Iterator[str]:
    """The fields of a JSON output, from its published schema."""
    schema = as_object(json.loads(resources.read_shipped_text(f"outputs/{name}.schema.json")))
    found = rows(schema, schema)
    lines = ((f"`{row.path}`", row.takes, "yes" if row.required else "", row.description) for row in found)
    yield f"Schema: `schemas/outputs/{name}.schema.json`\n"
    yield table(("field", "type", "always present", "description"), lines)


def pictures() -> dict[Path, str]:
    """Pictures of the sample portfolio, by their path below docs/."""
    run = Session(WorkTree(Path(__file__).resolve().parent.parent))
    whole = build_graph(run.inventory, run.inventory.models, (), include_unused=True)
    return {Path("guides/sample-graph.svg"): render_svg(whole, "LR")}


PAGES: Mapping[str, tuple[str, Callable[[], Iterator[str]]]] = {
    "language.md": ("The language", language),
    "codes.md": ("Codes", codes),
    "commands.md": ("Commands", commands),
    "targets.md": ("Targets and other emitters", targets),
    "emitter.md": ("`emitter.yaml`", emitter),
    "capabilities.md": ("Capabilities", capabilities),
    "template-context.md": ("The template context", template_context),
    "filters.md": ("Filters, encoders and tests", filters),
    "policy-variables.md": ("Variables of policies", policy_variables),
    "policies.md": ("Shipped policies", policies),
    "findings.md": ("Findings in each format", findings),
    "kserve-sample-fields.md": ("Fields of KServe's samples", sample_fields),
    "inventory.md": ("Inventory and due dates as JSON", inventory),
}


def texts() -> dict[Path, str]:
    """Every page by its path below docs/reference/."""
    warning = "<!-- Generated from the code by `make docs`. Edit the code instead. -->\n"
    return {
        Path(name): warning
        + f"\n# {title}\n\n"
        + "\n".join(part if part.endswith("\n") else f"{part}\n" for part in page())
        for name, (title, page) in PAGES.items()
    }
