"""The pages of reference, each a function of what the code says of itself."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click
from fields import rows, table
from language import language

from compiler import explain, resources
from compiler.cli.main import modelyard
from compiler.diagnostics import Finding, Fix, Note, Place, Severity, Subject
from compiler.graph.build import graph
from compiler.graph.svg.draw import svg
from compiler.inventory.columns import COLUMNS
from compiler.pipeline import Run
from compiler.plan.context import DESCRIPTIONS
from compiler.plan.emitter import Emitter, Emitters, FileRule
from compiler.plan.load import load
from compiler.policy.pack import shipped_names, shipped_pack
from compiler.policy.policy import Policy
from compiler.render.encoders import ENCODERS
from compiler.render.filters import FILTERS
from compiler.render.predicates import PREDICATES
from compiler.report import REPORTERS, Report
from compiler.source.memory import MemoryTree
from compiler.source.worktree import WorkTree
from compiler.source.yaml_text import parse
from compiler.values import Object, as_list, as_object, as_str

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
    yield "`modelyard explain CODE` prints the same. A mandatory finding makes a command exit with 1; an advisory one does not.\n"
    area = ""
    for code in explain.all_codes():
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
    """Every shipped emitter: what it takes, needs, refuses, offers and makes."""
    yield (
        "Emitters that come with Modelyard; a project's own stand beside them in its `templates/` "
        "([how to write one](../guides/writing-an-emitter.md)).\n"
    )
    for emitter in sorted(_shipped().by_id.values(), key=lambda one: (not one.is_target, one.group, one.id)):
        yield from _emitter(emitter)


def _shipped() -> Emitters:
    declared = as_object(parse(resources.shipped_text("capabilities.yaml"), "capabilities.yaml").documents[0].data)
    templates = WorkTree(resources.shipped("templates"))
    return load(templates, MemoryTree({}), "templates", resources.emitter_schema(), declared)


def _emitter(emitter: Emitter) -> Iterator[str]:
    data = emitter.data
    on = "on" if emitter.data.get("enabled", True) else "off"
    named = (
        f"`deploy.target: {emitter.id}`"
        if emitter.is_target
        else f"`{emitter.group}/`, {on} unless the project says otherwise under `emitters`."
    )
    yield f'<a id="{emitter.id}"></a>\n'
    yield f"## {emitter.title} (`{emitter.id}`)\n\n{' '.join(as_str(data.get('summary')).split())}\n\n{named}\n"
    taken = [f"{key}: {', '.join(map(as_str, as_list(names)))}" for key, names in emitter.takes.items()]
    yield f"**Takes** {'; '.join(taken) or 'every model that runs'}.\n"
    if emitter.adopts:
        yield f"**Adopts** the {', the '.join(sorted(emitter.adopts))} of live objects.\n"
    if data.get("needs"):
        yield "**Is refused** where\n"
        yield "".join(
            f"- {need['because']}: {need.get('help', '')}\n" for need in map(as_object, as_list(data["needs"]))
        )
    if data.get("cannot"):
        yield "**Cannot** do what is asked by\n"
        yield table(
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
        where = "`deploy.options`" if emitter.is_target else f"`emitters.{emitter.id}.options` of the project"
        yield f"**Options**, under {where}\n"
        yield _fields(as_object(data["options"]), as_object(data["options"]))
    if emitter.images:
        yield "**Images** that the project locks: " + ", ".join(_image(image) for image in emitter.images) + ".\n"
    yield "**Files**\n"
    yield table(("file", "for each", "checked by", "when"), map(_file, emitter.files))
    yield from _exports(emitter)


def _image(image: Object) -> str:
    return f"`{image['name']}`" + (f" (when `{image['when']}`)" if "when" in image else "")


def _file(rule: FileRule) -> tuple[str, ...]:
    whose = "model and environment" if rule.per == "deployment" else rule.per
    condition = " ".join((rule.when or "").split())
    return f"`{rule.path}`", whose, f"`{rule.schema}`" if rule.schema else "", f"`{condition}`" if condition else ""


def _exports(emitter: Emitter) -> Iterator[str]:
    for title, key in (("Exports", "exports"), ("Service level indicators", "sli")):
        if emitter.data.get(key):
            yield f"**{title}**\n\n```json\n{json.dumps(emitter.data[key], indent=2, ensure_ascii=False)}\n```\n"


def emitter() -> Iterator[str]:
    """The fields of emitter.yaml."""
    schema = resources.emitter_schema()
    yield f"{schema['description']} The guide [how to write one](../guides/writing-an-emitter.md) explains them.\n"
    yield _fields(schema, schema)


def capabilities() -> Iterator[str]:
    """What an Environment may say of its cluster."""
    yield "Under `capabilities` of an Environment. Emitters decide by them; an emitter of a project may declare more.\n"
    known = _shipped().capabilities
    yield _fields(known, known)


def template_context() -> Iterator[str]:
    """The names that a template sees."""
    yield (
        "What a template sees of one model in one environment. Files made once for a model, a release, an environment or the project see\n"
        "what is said of them below.\n"
        "A name that is said to be absent is undefined: ask `is defined`, or use `| default(…)`. A field has its canonical\n"
        "form: `cpu` is `500m` or `2`, `memory` is `1Gi`, a duration `250ms`, a percentage `99.9%`.\n"
    )
    yield table(("name", "what it is"), ((f"`{name}`", told) for name, told in DESCRIPTIONS.items()))
    yield (
        "Conditions in `emitter.yaml` (`when`, `that`) are CEL and see `model`, `deploy` (`model.deploy`), `release`,\n"
        "`canary`, `environment`, `capabilities` (`environment.capabilities`), `options`, `project`, `useCase`, `team` and `name`.\n"
    )


def filters() -> Iterator[str]:
    """Filters, encoders and tests of templates."""
    yield "Templates may use these and no others: each hands on where a value came from, and none takes text apart.\n"
    yield "## Filters\n"
    plain = {name: filter_ for name, filter_ in FILTERS.items() if name not in ENCODERS}
    yield table(
        ("filter", "what it gives"), ((f"`{name}`", _told(name, filter_)) for name, filter_ in sorted(plain.items()))
    )
    yield (
        "## Encoders\n\nInside a larger string a value is a plain word (`[A-Za-z0-9][A-Za-z0-9._:/@+-]*`, no `..` segment) or\n"
        "goes through the encoder of the language that it stands in: `{{ x | promql }}`. The same names declare the language of a\n"
        "field under `languages` of `emitter.yaml`; `literal` can only be declared.\n"
    )
    yield table(("encoder", "what it is for"), ((f"`{name}`", encoder.place) for name, encoder in ENCODERS.items()))
    yield "## Tests\n\nAfter `is`: " + ", ".join(f"`{name}`" for name in PREDICATES) + ".\n"


_UNTOLD = {
    "list": "The elements of a list, or the keys of a map, as a list.",
    "lower": "The text in lower case.",
    "reverse": "The elements from last to first.",
    "rejectattr": "The elements whose field does not pass a test: `rejectattr('internal')`, `rejectattr('kind', 'eq', 'model')`.",
    "selectattr": "The elements whose field passes a test: `selectattr('internal')`, `selectattr('kind', 'eq', 'model')`.",
    "trim": "The text without white space around it.",
    "upper": "The text in upper case.",
}


def _told(name: str, filter_: Callable[..., object]) -> str:
    told = _UNTOLD.get(name) or (filter_.__doc__ or "").strip()
    if not told:
        raise SystemExit(f"docs/pages.py: say what the filter {name} gives")
    return told


_FIELDS: Mapping[str, str] = {
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
    place = Place("models/card-fraud.yaml", 12, 3, 12, 9)
    subject = Subject("Model", "card-fraud", "prod", ("deploy", "scalin"))
    code = explain.code("MY101")
    assert code  # noqa: S101 - the first code of the language
    example = Finding(
        code,
        "`scalin` is not known here",
        place,
        subject,
        "did you mean `scaling`?",
        (Note("also here", place),),
        Fix(place, "scaling"),
    )
    text = REPORTERS["json"](Report((example,), lambda _: None))
    (made,) = json.loads(text)["findings"]
    if made.keys() != _FIELDS.keys():
        raise SystemExit(f"docs/pages.py: these fields differ: {sorted(made.keys() ^ _FIELDS.keys())}")
    yield "## `json`\n\nWhat `--format json` writes. Fields are added to version 1 and never change their meaning.\n"
    yield table(("field of a finding", "what it says"), ((f"`{name}`", told) for name, told in _FIELDS.items()))
    yield f"```json\n{text}```\n"
    yield "## Other formats\n\n`modelyard check --format NAME` and `modelyard build --format NAME` write them, too.\n"
    for name in REPORTERS:
        if name != "json":
            yield from _format(name)


def _format(name: str) -> Iterator[str]:
    """What a format says of itself, and how it reads a severity."""
    module = sys.modules[REPORTERS[name].__module__]
    yield f"### `{name}`\n\n{(module.__doc__ or '').strip()}\n"
    levels: Mapping[Severity, str] = getattr(module, "LEVELS", {})
    if levels:
        yield table(tuple(severity.value for severity in levels), iter([tuple(levels.values())]))


def policies() -> Iterator[str]:
    """Every pack that is shipped, with what each of its policies asks for."""
    shipped = WorkTree(resources.shipped("schemas"))
    yield "`modelyard policy show PACK/POLICY` prints a policy, `modelyard explain PACK/POLICY` why it is asked for and how it is waived.\n"
    yield "**This is no legal advice.** A policy shows that a document says something, and not that a law or a standard is kept.\n"
    for name in shipped_names(shipped):
        pack = shipped_pack(shipped, name)
        about = pack.about
        yield f"## {name}\n\n{about['title']} (version {about['version']}). {about['summary']}\n"
        sources = (as_object(source) for source in as_list(about.get("sources")))
        yield "".join(f"- [{source['title']}]({source['url']})\n" for source in sources)
        yield table(
            ("policy", "asks", "severity", "", "evidence for"),
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
    """How it is enforced, and from when."""
    words = [policy.code.enforcement.value]
    words += [f"{as_str(value)} in {key}" for key, value in as_object(policy.data.get("enforcementIn")).items()]
    day, begins = policy.day("mandatoryFrom"), policy.day("inForce", "from")
    words += [f"from {day.isoformat()}"] if day else []
    words += [f"in force from {begins.isoformat()}"] if begins else []
    return ", ".join(words)


def inventory() -> Iterator[str]:
    """The shapes of what `modelyard inventory` writes."""
    yield (
        "`modelyard inventory --format json`, `modelyard inventory MODEL --format json` and `records/register.json` of a build have one\n"
        "shape. What nobody said is left out; lists and maps are always there. No value follows the day on which it is read.\n"
        "[The guide](../guides/inventory-and-graph.md) shows them.\n"
    )
    yield from _output("inventory")
    yield "## Columns\n\nOf `--columns`, `--sort`, CSV and `records/register.csv`; several values of a cell stand between semicolons.\n"
    yield table(("column", "title"), ((f"`{name}`", column.title or name) for name, column in COLUMNS.items()))
    yield "## What is due\n\n`modelyard inventory due --format json`:\n"
    yield from _output("due")


def _output(name: str) -> Iterator[str]:
    """The fields of something that is written as JSON, from its published schema."""
    schema = as_object(json.loads(resources.shipped_text(f"outputs/{name}.schema.json")))
    found = rows(schema, schema)
    lines = ((f"`{row.path}`", row.takes, "" if row.required else "where said", row.description) for row in found)
    yield f"Schema: `schemas/outputs/{name}.schema.json`\n"
    yield table(("field", "is", "there", "what it says"), lines)


def pictures() -> dict[Path, str]:
    """Pictures of the sample portfolio, by their path below docs/."""
    run = Run(WorkTree(Path(__file__).resolve().parent.parent))
    whole = graph(run.inventory, run.inventory.models, (), whole=True)
    return {Path("guides/sample-graph.svg"): svg(whole, "LR")}


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


def texts() -> dict[Path, str]:
    """Every page by its path below docs/reference/."""
    warning = "<!-- Made from the code by `make docs`: edit that instead. -->\n"
    return {
        Path(name): warning
        + f"\n# {title}\n\n"
        + "\n".join(part if part.endswith("\n") else f"{part}\n" for part in page())
        for name, (title, page) in PAGES.items()
    }
