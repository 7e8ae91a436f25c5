"""Whether a target can do what a model asks for: unknown, not taken, lacking, impossible, each said with its reason."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Note, Subject
from compiler.foundation.json_data import Object, Pointer, as_list, as_object, as_str, at
from compiler.foundation.suggestions import nearest
from compiler.json_schema import Validator
from compiler.plan.emitters.conditions import Conditions
from compiler.plan.emitters.emitter import Emitter, Emitters
from compiler.plan.matching.emitter_evaluation import Situation
from compiler.resolve.fleet import Fleet
from compiler.resolve.match_selectors import selects
from compiler.resolve.placement import adopted
from compiler.resolve.resolved_model import ResolvedModel
from compiler.spec.portfolio import Spec
from compiler.spec.schema_findings import complaint

_WANTED: Mapping[str | int, bool] = MappingProxyType({"needs": True, "cannot": False})
"""What conditions of a section come to where nothing is wrong."""


class Judge:
    """Asks emitters of models; keeps what is compiled."""

    def __init__(self, fleet: Fleet, emitters: Emitters, conditions: Conditions) -> None:
        self._fleet = fleet
        self._emitters = emitters
        self._conditions = conditions
        self._options: dict[str, Validator] = {}

    def target(self, model: ResolvedModel) -> Emitter | Finding:
        """The emitter that the model names, if it takes it."""
        named = as_str(as_object(model.data.get("deploy")).get("target"))
        emitter = self._emitters.by_id.get(named)
        if emitter is None or not emitter.is_target:
            near = nearest(named, self._emitters.targets) if named else None
            help_ = (
                f"did you mean `{near}`?"
                if near
                else f"set `deploy.target` to one of: {', '.join(self._emitters.targets)}"
            )
            message = f"there is no target `{named}`" if named else f"{model.name} names no target"
            return model.finding(codes.UNKNOWN_TARGET, message, ("deploy", "target"), help_)
        for key, said in (("types", "type"), ("lifecycle", "lifecycle")):
            taken = [as_str(one) for one in as_list(emitter.takes.get(key))]
            value = as_str(model.data[said])
            if taken and value not in taken:
                message = f"{emitter.title} takes no model of {said} {value}"
                return model.finding(codes.NOT_TAKEN, message, ("deploy", "target"), self._others(model))
        return emitter

    def refusals(self, situation: Situation) -> Iterator[Finding]:
        """What the emitter lacks, and what it cannot express."""
        emitter, model = situation.emitter, situation.model
        options = list(self._bad_options(emitter, model))
        yield from options
        if options:
            return
        yield from self._not_adopted(emitter, model)
        for pointer, said in situation.verdicts.items():
            if said is _WANTED.get(pointer[0], said):
                continue
            asked = as_object(at(emitter.data, pointer[:2]))
            if as_str(asked.get("field")).startswith("team.") and self._fleet.portfolio.is_broken("Team", as_str(model.data.get("owner"))):
                continue  # what it lacks, nobody can tell
            tell = self._need if pointer[0] == "needs" else self._cannot
            yield said if isinstance(said, Finding) else tell(emitter, model, asked, pointer)

    def _bad_options(self, emitter: Emitter, model: ResolvedModel) -> Iterator[Finding]:
        if not emitter.is_target:
            return
        options = as_object(model.data.get("deploy")).get("options") or {}
        schema = as_object(emitter.data.get("options")) or {"type": "object", "additionalProperties": False}
        if emitter.id not in self._options:
            self._options[emitter.id] = Validator(schema)
        for violation in self._options[emitter.id].violations(options):
            found = model.complaint(replace(violation, pointer=("deploy", "options", *violation.pointer)))
            yield replace(found, code=codes.BAD_OPTION, message=f"{emitter.title}: {found.message}")

    def _not_adopted(self, emitter: Emitter, model: ResolvedModel) -> Iterator[Finding]:
        """What of live objects the target would make anew."""
        said = adopted(model) if emitter.is_target else {}
        for field in said:
            if field not in emitter.adopts:
                message = f"{emitter.title} cannot do this: it cannot keep the {field} of objects that run already"
                found = model.finding(codes.CANNOT, message, ("deploy", "adopt", field), "remove it, and move the callers over")
                yield replace(found, notes=(Note(f"what {emitter.id} adopts is said here", emitter.place(("adopts",))),))

    def _need(self, emitter: Emitter, model: ResolvedModel, need: Object, pointer: Pointer) -> Finding:
        environment = model.environment
        if environment is None:
            raise ValueError("only a model that runs somewhere is judged")
        needs, help_ = Note(f"what {emitter.id} needs is said here", emitter.place(pointer)), as_str(need.get("help")) or None
        said = as_str(need.get("field"))
        if said.startswith("environment."):
            return self._of_environment(emitter, environment, need, pointer)
        if said:
            message = f"{emitter.title} lacks something: {need['because']}"
            return replace(self._lacking(emitter, model, tuple(said.split(".")), message, help_), notes=(needs,))
        message = f"{emitter.title} cannot run {model.name} in {environment.name}: {need['because']}"
        notes = (Note("the environment", environment.document.place(("capabilities",))), needs)
        return replace(model.finding(codes.NEEDS, message, ("deploy", "target"), help_, here=True), notes=notes)

    def _lacking(self, emitter: Emitter, model: ResolvedModel, field: Pointer, message: str, help_: str | None) -> Finding:
        """What an emitter lacks, at the document that would say it; so what many models lack together is one finding."""
        root, rest = field[0], field[1:]
        spec: Spec | None = None
        if root == "options" and not emitter.is_target:
            spec, rest = self._fleet.portfolio.project, ("emitters", emitter.id, *field)
        elif root == "team":
            spec = self._fleet.find("Team", as_str(model.data.get("owner")))
        if spec is None:
            return model.finding(codes.NEEDS, message, rest if root == "model" else field, help_, here=True)
        return Finding(codes.NEEDS, message, spec.document.place(rest), Subject(spec.kind, spec.name, None, rest), help_)

    @staticmethod
    def _of_environment(emitter: Emitter, environment: Spec, need: Object, pointer: Pointer) -> Finding:
        """What an Environment has to say, told of no model: each that runs there would be told the same."""
        where: Pointer = tuple(as_str(need["field"]).split(".")[1:])
        message = f"{emitter.title} cannot work in {environment.name}: {need['because']}"
        note = Note(f"what {emitter.id} needs is said here", emitter.place(pointer))
        subject = Subject("Environment", environment.name, None, where)
        return Finding(
            codes.NEEDS, message, environment.document.place(where), subject, as_str(need.get("help")) or None, (note,)
        )

    def _cannot(self, emitter: Emitter, model: ResolvedModel, cannot: Object, pointer: Pointer) -> Finding:
        instead = as_str(cannot.get("instead"))
        help_ = as_str(cannot.get("help")) or (f"remove it, or use the target `{instead}`" if instead else "remove it")
        found = self._blamed(emitter, model, cannot, f"{emitter.title} cannot do this: {cannot['because']}", help_)
        note = Note(f"what {emitter.id} cannot do is said here", emitter.place(pointer))
        return replace(found, notes=(note,))

    def _blamed(self, emitter: Emitter, model: ResolvedModel, cannot: Object, message: str, help_: str) -> Finding:
        """The finding at the field that the rule names, or at the first one that its expression reads and the model has."""
        named = as_str(cannot.get("field"))
        pointers = [tuple(named.split("."))] if named else self._read(emitter, as_str(cannot["when"]))
        for pointer in pointers:
            root, rest = ("deploy", pointer) if pointer[0] == "deploy" else (str(pointer[0]), pointer[1:])
            if root in {"release", "canary"} and (release := model.release if root == "release" else model.canary):
                written = (*release.pointer, *rest)
                if rest:
                    place = model.spec.document.place(written)
                    environment = model.environment.name if model.environment else None
                    return Finding(
                        codes.CANNOT, message, place, Subject("Model", model.name, environment, written), help_
                    )
            if root == "model":
                return model.finding(codes.CANNOT, message, rest, help_)
            if root not in {"release", "environment", "capabilities", "options"}:
                return model.finding(codes.CANNOT, message, pointer, help_)
        return model.finding(codes.CANNOT, message, ("deploy", "target"), help_)

    def _read(self, emitter: Emitter, text: str) -> list[Pointer]:
        compiled = self._conditions.compiled(emitter, text)
        return sorted(getattr(compiled, "reads", frozenset()), key=lambda pointer: (-len(pointer), str(pointer)))

    def _others(self, model: ResolvedModel) -> str:
        fit = [one.id for one in self._emitters.by_id.values() if one.is_target and selects(one.takes, model.data, {}, {})]
        return f"use one of: {', '.join(fit)}" if fit else "no target takes it yet"


def capability_findings(fleet: Fleet, emitters: Emitters) -> Iterator[Finding]:
    """Capabilities of Environments against what the catalogue and the emitters declare."""
    validator = Validator({"properties": {"capabilities": emitters.capabilities}})
    for environment in fleet.portfolio.of("Environment").values():
        document = environment.document
        for violation in validator.violations(document.data, spelling=document.spelling):
            yield replace(complaint(violation, document, environment.subject), code=codes.BAD_CAPABILITY)


def setting_findings(fleet: Fleet, emitters: Emitters) -> Iterator[Finding]:
    """What the project says of emitters and of images that are not there."""
    yield from _bad_options(fleet, emitters)
    data = fleet.portfolio.project.data
    known = {*emitters.by_id, *emitters.broken}
    yield from _idle(fleet, "emitters", "there is no emitter", set(as_object(data.get("emitters"))) - known, known)
    if not emitters.broken:
        asked = {as_str(image["name"]) for emitter in emitters.by_id.values() for image in emitter.images}
        yield from _idle(
            fleet, "images", "no emitter asks for an image", set(as_object(data.get("images"))) - asked, asked
        )


def _bad_options(fleet: Fleet, emitters: Emitters) -> Iterator[Finding]:
    """Options of emitters that no model names, against what they declare."""
    project = fleet.portfolio.project
    for id_, said in as_object(project.data.get("emitters")).items():
        emitter, options = emitters.by_id.get(id_), as_object(said).get("options")
        if emitter is None:
            continue
        if emitter.is_target:
            yield from _not_of_a_target(project, id_, as_object(said))
            continue
        if options is None and as_object(said).get("enabled") is True:
            options = {}  # who turns an emitter on says what it asks for
        if options is None:
            continue
        pointer: Pointer = ("emitters", id_, "options")
        schema = as_object(emitter.data.get("options")) or {"type": "object", "additionalProperties": False}
        for violation in Validator(schema).violations(options):
            there = replace(violation, pointer=(*pointer, *violation.pointer))
            found = complaint(there, project.document, project.subject)
            yield replace(found, code=codes.BAD_OPTION, message=f"{emitter.title}: {found.message}")


def _not_of_a_target(project: Spec, id_: str, said: Object) -> Iterator[Finding]:
    told = {
        "options": (f"{id_} is a target, and models say its options", "say them under `deploy.options`, in `defaults` for all"),
        "takes": (f"{id_} is a target, and models choose it", "remove it, or say `deploy.target` in `defaults` or `types`"),
    }
    for key, (message, help_) in told.items():
        if key in said:
            pointer: Pointer = ("emitters", id_, key)
            place, subject = project.document.key_place(pointer), Subject("Project", project.name, None, pointer)
            yield Finding(codes.BAD_OPTION, message, place, subject, help_)


def _idle(fleet: Fleet, section: str, said: str, names: set[str], known: set[str]) -> Iterator[Finding]:
    project = fleet.portfolio.project
    for name in sorted(names):
        near, pointer = nearest(name, known), (section, name)
        help_ = f"did you mean `{near}`?" if near else f"remove it, or name one of: {', '.join(sorted(known))}"
        place, subject = project.document.key_place(pointer), Subject("Project", project.name, None, pointer)
        yield Finding(codes.MATCHES_NOTHING, f"{said} `{name}`", place, subject, help_)
