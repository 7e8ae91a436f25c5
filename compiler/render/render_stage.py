"""From planned files to bytes: rendered, patched, checked against the schema of their consumer, dumped."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note, Place, Subject
from compiler.foundation.json_data import (
    Json,
    Object,
    Pointer,
    Reads,
    as_list,
    as_object,
    as_str,
    dotted,
    only,
    widened,
)
from compiler.foundation.provenance import Derived, Item, Members, Origin, Root, plain
from compiler.json_schema import Violation, with_defaults
from compiler.plan.context.lazy_context import Context
from compiler.plan.emitters.emitter import Emitter
from compiler.plan.planning import PlannedFile, PlannedUnit
from compiler.policy.baseline import can_be_known
from compiler.policy.policy_engine import Judge
from compiler.render.content_uuid import identified
from compiler.render.origin_locations import located
from compiler.render.output_formats import dump, format_of, with_header
from compiler.render.output_schemas import Catalogue, Checker
from compiler.render.patches import Objects, patch_of, patched
from compiler.render.plain_values import Budget, place
from compiler.render.template_engine import Filled, Rendered, Renderer
from compiler.render.template_errors import Limits, Problem
from compiler.render.template_values import View, derived
from compiler.render.traced_values import Omit
from compiler.resolve.digests import bytes_digest
from compiler.resolve.fleet import Fleet
from compiler.source.tree import Tree
from compiler.spec.portfolio import texts

_MOST_EVALUATIONS = 4096


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """A file as it is to be written."""

    path: str
    content: bytes
    emitter: str
    sources: tuple[str, ...]
    place: str | None = None


class Producer:
    """Renders what is planned; keeps compiled templates, skeletons and schemas for one run."""

    def __init__(self, tree: Tree, fleet: Fleet, policies: Judge | None = None) -> None:
        self._tree = tree
        self._digests: dict[str, str] = {}
        self._fleet = fleet
        self._policies = policies
        self._catalogue = Catalogue(tree, fleet.portfolio.folder("schemas"))
        self._renderers: dict[str, Renderer] = {}
        self._unchecked: dict[str, PlannedFile] = {}
        self._looks: dict[tuple[str, Pointer], Reads | None] = {}
        self._evaluations: dict[tuple[str, Pointer, str], Json] = {}

    def evaluate(self, emitter: Emitter, value: Json, context: Context, pointer: Pointer) -> Json | Finding:
        """A value of emitter.yaml with its one-line templates filled, or what keeps one from it.

        What looks at the same comes to the same, and is filled once: in the environments of a model, mostly.
        """
        looked_at = self._looked_at(emitter, value, pointer)
        if looked_at is None:
            return self._evaluated(emitter, value, _views(context), pointer)
        context = {name: context[name] for name in looked_at if name in context}
        seen = {name: _seen(item, looked_at[name]) for name, item in context.items()}
        key = (emitter.id, pointer, repr(seen))
        if key in self._evaluations:
            return self._evaluations[key]
        found = self._evaluated(emitter, value, _views(context), pointer)
        if isinstance(found, Finding):  # it may name fields that are not looked at
            return found
        if len(self._evaluations) >= _MOST_EVALUATIONS:
            self._evaluations.clear()
        self._evaluations[key] = found
        return found

    def _looked_at(self, emitter: Emitter, value: Json, pointer: Pointer) -> Reads | None:
        """What the one-line templates of a value look at; `None` where one does not say."""
        key = (emitter.id, pointer)
        if key not in self._looks:
            each = [self._renderer(emitter).looks(text) for text in texts(value) if "{{" in text]
            told = [read for one in each if one is not None for read in one.items()]
            self._looks[key] = None if None in each else widened(told)
        return self._looks[key]

    def _evaluated(
        self, emitter: Emitter, value: Json, views: Mapping[str, object], pointer: Pointer
    ) -> Json | Finding:
        if isinstance(value, dict):
            filled: dict[str, Json] = {}
            for key, child in value.items():
                one = self._evaluated(emitter, child, views, (*pointer, key))
                if isinstance(one, Finding):
                    return one
                filled[key] = one
            return filled
        if not isinstance(value, str) or "{{" not in value:
            return value
        found = self._renderer(emitter).evaluate(value, views)
        if isinstance(found, tuple):
            place_ = emitter.place(pointer)
            return Finding(codes.BAD_EMITTER, found[0].message, place_, emitter.finding_subject(pointer), found[0].help)
        placed = place(found, Budget(Limits().values))
        return None if isinstance(placed, Omit) else placed

    def produce(self, planned: PlannedUnit) -> tuple[tuple[RenderedFile, ...], list[Finding]]:
        """The files of a unit, and what was wrong with them; no file where one could not be made, or no consumer takes it.

        What a policy refuses is made: whether that counts is for those who know the baseline.
        """
        files: list[RenderedFile] | None = []
        findings: list[Finding] = []
        for turn in sorted({file.rule.last for file in planned.files}):
            made = files or []
            if files is None or (turn and not made):
                break
            now = [file for file in planned.files if file.rule.last == turn]
            more, found = self._made([self._seeing(file, made, planned.files) for file in now] if turn else now)
            files, findings = (made + more if more is not None else None), [*findings, *found]
        is_made = files is not None and all(can_be_known(finding) or not finding.mandatory for finding in findings)
        return (tuple(files or ()) if is_made else ()), findings

    def _made(self, planned: Sequence[PlannedFile]) -> tuple[list[RenderedFile] | None, list[Finding]]:
        """The files, checked; nothing where a template could not be filled."""
        findings: list[Finding] = []
        rendered: list[Filled] = []
        for file in planned:
            found = self._fill(file)
            if isinstance(found, tuple):
                findings += [self._problem(file, problem) for problem in found]
            else:
                rendered.append(found)
        if findings:
            return None, findings
        objects, findings = self._patched(planned, rendered)
        objects = [identified(file.rule.content_id, one) for file, one in zip(planned, objects, strict=True)]
        files: list[RenderedFile] = []
        for file, found, documents in zip(planned, rendered, objects, strict=True):
            findings += self._judged(file, documents)
            findings += self._kept(file, documents)
            text = _text(file, found, documents)
            files.append(RenderedFile(file.path, text.encode(), file.emitter.id, file.sources, file.place))
        return files, findings

    def traced(self, file: PlannedFile) -> Rendered | tuple[Problem, ...]:
        """A file rendered once more, with what each of its values was made of."""
        rule = file.rule
        return self._renderer(file.emitter).render(
            rule.template,
            _views(file.context),
            format=rule.format,
            header=_header(file),
            languages=rule.languages,
            trace=True,
        )

    def located(self, file: PlannedFile, origin: Origin) -> tuple[Place | None, Json]:
        """Where an origin of a file's value stands, and what stands there."""
        return located(self._fleet, file, origin)

    def unchecked(self) -> Iterator[Finding]:
        """One remark for each kind of output that no schema was at hand for."""
        extras = self._catalogue.extras()
        for key, file in sorted(self._unchecked.items()):
            install = f"install modelyard[{','.join(extras)}], or " if extras else ""
            help_ = f"{install}keep its definition in the project's schemas/crds/"
            place = file.emitter.place((*file.rule.pointer, "schema"))
            message = f"{key} was rendered and not checked: there is no schema of it here"
            yield Finding(codes.NOT_CHECKED, message, place, file.emitter.finding_subject(("schema", key)), help_)

    def _renderer(self, emitter: Emitter) -> Renderer:
        if emitter.id not in self._renderers:
            self._renderers[emitter.id] = Renderer(emitter.templates, delimiters=_square(emitter))
        return self._renderers[emitter.id]

    def _fill(self, file: PlannedFile) -> Filled | tuple[Problem, ...]:
        rule = file.rule
        views = _views(file.context)
        return self._renderer(file.emitter).fill(rule.template, views, format=rule.format, languages=rule.languages)

    def _seeing(
        self, file: PlannedFile, files: Sequence[RenderedFile], unit: Sequence[PlannedFile]
    ) -> PlannedFile:
        """A file that is made last, with what was made before it, by whom and from what."""
        item = file.context.get("unit")
        known = as_object(item.value) if isinstance(item, Derived) else {}
        made: list[Json] = [
            {"path": one.path, "place": one.place or one.path, "digest": bytes_digest(one.content)} for one in files
        ]
        sources = [{"path": path, "digest": self._digest(as_str(path))} for path in as_list(known.get("sources"))]
        makers = {one.emitter.id: one.emitter for one in unit}
        emitters = [{"id": id_, "folder": one.folder, "hash": one.folder_hash} for id_, one in sorted(makers.items())]
        seen = {**known, "files": made, "sources": sources, "emitters": emitters}
        return replace(file, context={**file.context, "unit": Derived(seen, ())})

    def _digest(self, path: str) -> str:
        if path not in self._digests:
            self._digests[path] = bytes_digest(self._tree.read(path))
        return self._digests[path]

    def _patched(self, planned: Sequence[PlannedFile], rendered: list[Filled]) -> tuple[Objects, list[Finding]]:
        """What a target made of a model with the model's patches in it; nobody patches what is made for all."""
        objects = [list(one.documents) for one in rendered]
        target = next((file for file in planned if file.emitter.is_target), None)
        return patched(target.model, objects) if target and target.model else (objects, [])

    def _judged(self, file: PlannedFile, documents: list[Json]) -> Iterator[Finding]:
        key = file.rule.schema
        if key is None:
            return
        checker = self._catalogue.checker(file.emitter, key, _environment(file))
        if checker is None:
            self._unchecked.setdefault(key, file)
            return
        for index, document in enumerate(documents):
            for violation in _violations(checker, document):
                yield self._violation(file, index, document, violation)

    def _kept(self, file: PlannedFile, documents: list[Json]) -> Iterator[Finding]:
        """What policies on rendered objects say; a record is none of them."""
        if self._policies is None or file.model is None or file.rule.per != "deployment":
            return
        for index, document in enumerate(documents):
            if not isinstance(document, Mapping):
                continue

            def blame(pointer: Pointer, at: int = index, made: Json = document) -> tuple[Pointer, Place] | None:
                place, origin = self._blamed(file, at, made, pointer)
                return (origin.pointer, place) if place is not None else None

            yield from self._policies.judge_object(file.model, file.path, document, blame)

    def _violation(self, file: PlannedFile, index: int, document: Json, violation: Violation) -> Finding:
        """A violation at the line of the spec that the value came from; at the template where no spec is to blame."""
        where = dotted(violation.pointer)
        message = f"{file.path}: {f'{where}: ' if where else ''}{violation.message}"
        template = Note("made by this template", Place(f"{file.emitter.folder}/{file.rule.template}"))
        place, origin = self._blamed(file, index, document, violation.pointer)
        if place is None:
            subject = Subject("Emitter", file.emitter.id, _environment_of(file), (file.rule.template, *violation.pointer))
            return Finding(codes.OUTPUT_INVALID, message, template.place, subject, violation.help)
        return Finding(codes.OUTPUT_INVALID, message, place, _subject(file, origin), violation.help, (template,))

    def _blamed(self, file: PlannedFile, index: int, document: Json, pointer: Pointer) -> tuple[Place | None, Origin]:
        """Where a place of what was rendered came from: the first of its origins, or one of what is below it or above."""
        if file.model is not None:
            patch = patch_of(file.model, document, pointer)
            if patch is not None:
                return file.model.place(patch), Origin("model", patch)
        traced = self.traced(file)
        source_map = {} if isinstance(traced, tuple) else traced.source_map or {}
        while True:
            origins = source_map.get((index, pointer), ())
            if origins:
                return self.located(file, origins[0])[0], origins[0]
            below = [
                made
                for (number, key), made in source_map.items()
                if number == index and key[: len(pointer)] == pointer and made
            ]
            if below and pointer:
                return self.located(file, below[0][0])[0], below[0][0]
            if not pointer:
                return None, Origin("")
            pointer = pointer[:-1]

    def _problem(self, file: PlannedFile, problem: Problem) -> Finding:
        template = Place(f"{file.emitter.folder}/{problem.template}", problem.line, 1, problem.line, 1)
        message = f"{file.path}: {problem.message}"
        for origin in problem.origins:
            place, _ = self.located(file, origin)
            if place is not None:
                note = Note("placed by this template", template)
                return Finding(codes.TEMPLATE, message, place, _subject(file, origin), problem.help, (note,))
        subject = Subject("Emitter", file.emitter.id, _environment_of(file), (problem.template, problem.line))
        return Finding(codes.TEMPLATE, message, template, subject, problem.help)


_INCLUDED = re.compile(r"""\[%-?\s*(?:include|import|from)\s+["']([^"']+)["']""")


def _square(emitter: Emitter) -> dict[str, str]:
    """The templates with square delimiters: those of files that say so, and the fragments that they take in."""
    found: dict[str, str] = {}
    pending = [rule.template for rule in emitter.files if rule.delimiters == "square"]
    while pending:
        name = pending.pop()
        if name not in found:
            found[name] = "square"
            pending += _INCLUDED.findall(emitter.templates.get(name, ""))
    return found

def _seen(item: Item, fields: frozenset[str] | None) -> Json:
    return only(fields, item.data) if isinstance(item, Root) else plain(item)


def _view(item: Item) -> object:
    if isinstance(item, Root):
        return View(item.data, Origin(item.name))
    if isinstance(item, Members):
        return derived({name: _view(member) for name, member in item.members.items() if _is_there(member)})
    return derived([_view(element) for element in item.elements] or item.value, *item.origins)


def _is_there(item: Item) -> bool:
    return not isinstance(item, Derived) or item.value is not None


def _views(context: Context) -> Mapping[str, object]:
    return {name: _view(item) for name, item in context.items() if _is_there(item)}


def _environment_of(file: PlannedFile) -> str | None:
    model = file.model
    return model.environment.name if model and model.environment else None


def _subject(file: PlannedFile, origin: Origin) -> Subject:
    """What a finding about a value is about: the model that the file is of, or the document that says the value."""
    if file.model is not None:
        return Subject("Model", file.model.name, _environment_of(file), origin.pointer)
    kind, _, name = origin.root.partition("/")
    return Subject(kind if name else "Project", name, None, origin.pointer)


def _environment(file: PlannedFile) -> Object:
    """What the Environment says that the file is for; empty for one of no environment."""
    if file.model is not None:
        return file.model.environment.data if file.model.environment else {}
    known = file.context.get("environment")
    return known.data if isinstance(known, Root) else {}


def _text(file: PlannedFile, filled: Filled, documents: list[Json]) -> str:
    if filled.text is not None:
        return with_header(filled.text, format_of(file.rule.format), _header(file))
    return dump(documents, file.rule.format, _header(file), filled.remarks)


def _header(file: PlannedFile) -> str:
    source = file.model.spec.document.path if file.model else file.sources[0] if file.sources else "the project"
    return f"Made by modelyard from {source}: edit that instead."


def _violations(checker: Checker, document: Json) -> tuple[Violation, ...]:
    judged = with_defaults(checker.defaults, document) if checker.defaults is not None else document
    return checker.validator.violations(judged)
