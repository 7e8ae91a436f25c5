"""Checks of the fleet as a whole: layers, names, environments, service levels."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Location, Note, Subject
from compiler.foundation.json_data import Pointer, format_path, value_at
from compiler.foundation.suggestions import closest_match
from compiler.json_schema.violation import SchemaViolation
from compiler.resolve.checks.approval_setting_checks import check_approval_settings
from compiler.resolve.checks.bound_checks import check_document_bounds
from compiler.resolve.checks.delivery_checks import check_deliveries
from compiler.resolve.checks.model_checks import ModelCheck, check_model
from compiler.resolve.checks.reference_help import unknown_name_help
from compiler.resolve.checks.release_checks import check_releases
from compiler.resolve.checks.shared_document_checks import SharedDocumentChecks
from compiler.resolve.fleet import Fleet, promotion_entries
from compiler.resolve.lifecycle import ALL_STAGES
from compiler.resolve.merge import duplicate_elements
from compiler.spec.language import iter_strings
from compiler.spec.merge_rules import ANY_KEY
from compiler.spec.portfolio import DatasetSpec, DefaultsSpec, ModelSpec, ProjectSpec, Spec, header_items
from compiler.spec.schema_findings import schema_finding


def check_shared_documents(fleet: Fleet) -> SharedDocumentChecks:
    """Every finding about the project, Environments, Defaults and other documents that several models share."""
    layer_findings = list(_layer_findings(fleet, _shared_layers(fleet)))
    findings = [finding for _, finding in layer_findings]
    for fleet_check in FLEET_CHECKS:
        findings += fleet_check(fleet)
    findings += _missing_keys_of_invalid_models(fleet)
    return SharedDocumentChecks(tuple(findings), frozenset(_identity(spec) for spec, _ in layer_findings))


def check_model_document(
    fleet: Fleet, name: str, extra_check: ModelCheck, shared_documents: SharedDocumentChecks
) -> Iterator[Finding]:
    """Every finding about a model and its releases, and what `extra_check` yields for each of its deployments."""
    spec = fleet.portfolio.by_kind("Model")[name]
    layer_findings = list(_layer_findings(fleet, _document_layers(spec, {spec.data["type"]})))
    yield from (finding for _, finding in layer_findings)
    yield from _check_environment_keys(fleet, spec, set(spec.data.get("environments", {})))
    yield from check_releases(fleet, spec)
    broken_documents = {*shared_documents.broken_documents, *(_identity(spec) for spec, _ in layer_findings)}
    yield from check_model(fleet, spec, broken_documents, extra_check)


def _identity(spec: Spec) -> tuple[str, int]:
    return spec.document.path, spec.document.index


def _missing_keys_of_invalid_models(fleet: Fleet) -> Iterator[Finding]:
    """Keys that invalid models lack, so that one run reports every missing key; none below invalid Defaults, which may set them."""
    broken_folders = [folder for kind, folder in fleet.portfolio.broken_names if kind == "Defaults"]
    for model in fleet.portfolio.invalid_models:
        if not any(map(model.spec.is_in_folder, broken_folders)):
            yield from fleet.missing_keys(model)


def _layer_findings(
    fleet: Fleet, layers: Iterable[tuple[Spec, Pointer, AbstractSet[str]]]
) -> Iterator[tuple[Spec, Finding]]:
    """Each layer alone, against the language of every model type that it applies to."""
    for spec, pointer, types in layers:
        data = value_at(spec.json, pointer)
        # The layers of a Model itself, and the general part of Defaults, were checked with their documents.
        was_checked = spec.kind == "Model" or not pointer
        violations = () if was_checked else _layer_violations(fleet, spec, pointer, types)
        for violation in violations:
            yield spec, schema_finding(violation, spec.document, spec.subject, base_pointer=pointer)
        if types and not violations:
            for duplicate_pointer in duplicate_elements(data, fleet.language.type_language(min(types)).merge_rules):
                yield spec, _duplicate_element_finding(spec, (*pointer, *duplicate_pointer))


def _shared_layers(fleet: Fleet) -> Iterator[tuple[Spec, Pointer, AbstractSet[str]]]:
    """The layers that several models share, by document and pointer, with the model types that each applies to."""
    portfolio = fleet.portfolio
    all_types = {model.header.type for _, model in header_items(portfolio.by_kind("Model"))}
    if "defaults" in portfolio.project.data:
        yield portfolio.project, ("defaults",), all_types
    for key in portfolio.project.data.get("types", {}):
        yield portfolio.project, ("types", key), {key} & all_types
    for environment in portfolio.by_kind("Environment").values():
        if "overlay" in environment.data:
            yield environment, ("overlay",), all_types
    for folder, defaults in portfolio.defaults.items():
        folder_types = {model.header.type for model in portfolio.models_by_folder.get(folder, ())}
        yield from _document_layers(defaults, folder_types)
        for key in defaults.data.get("types", {}):
            yield defaults, ("types", key), {key} & folder_types


def _document_layers(
    spec: ModelSpec | DefaultsSpec, types: AbstractSet[str]
) -> Iterator[tuple[Spec, Pointer, AbstractSet[str]]]:
    yield spec, (), types
    for key in spec.data.get("environments", {}):
        yield spec, ("environments", key), types


def _layer_violations(fleet: Fleet, spec: Spec, pointer: Pointer, types: Iterable[str]) -> Sequence[SchemaViolation]:
    """The violations reported by the first type that rejects the layer."""
    data = value_at(spec.json, pointer)

    def scalar_text(relative_pointer: Pointer) -> str | None:
        return spec.document.scalar_text((*pointer, *relative_pointer))

    violations_by_type = (
        fleet.language.type_language(name).layer_validator.violations(data, spelling=scalar_text)
        for name in sorted(types)
    )
    return next(filter(None, violations_by_type), ())


def _duplicate_element_finding(spec: Spec, pointer: Pointer) -> Finding:
    message = f"{format_path(pointer[:-2])} has two elements with the same {pointer[-1]}"
    subject = Subject(spec.kind, spec.name, None, pointer)
    return Finding(codes.DUPLICATE_NAME, message, spec.document.location(pointer), subject, "keep one of the two")


def _check_promotion_order(fleet: Fleet) -> Iterator[Finding]:
    """The project's list of environments names each environment once."""
    project, environments = fleet.portfolio.project, fleet.portfolio.by_kind("Environment")
    first_pointers = dict[str, Pointer]()
    for pointer, name in promotion_entries(fleet.portfolio):
        location, subject = project.document.location(pointer), Subject("Project", project.name, None, pointer)
        if not fleet.portfolio.may_have_document("Environment", name):
            yield _unknown_reference_finding("Environment", name, environments, location, subject)
        elif name in first_pointers:
            note = Note("listed here first", project.document.location(first_pointers[name]))
            yield Finding(
                codes.PROMOTION_ORDER, f"`{name}` is listed twice", location, subject, "keep one of the two", (note,)
            )
        first_pointers.setdefault(name, pointer)
    for name, spec in environments.items() if first_pointers else ():
        if name not in first_pointers:
            help_ = f"add `{name}` to `environments` of the project, at its position in the order of promotion"
            message = f"the project does not list the Environment `{name}`"
            yield Finding(codes.PROMOTION_ORDER, message, spec.document.location(("name",)), spec.subject, help_)


def _check_overlay_keys(fleet: Fleet) -> Iterator[Finding]:
    """Every key below `environments` names an environment or a stage, and every default applies to a model."""
    portfolio = fleet.portfolio
    has_broken_models = portfolio.has_broken("Model")
    types = {model.header.type for _, model in header_items(portfolio.by_kind("Model"))}
    yield from _check_type_keys(portfolio.project, types, has_broken_models=has_broken_models)
    for folder, defaults in portfolio.defaults.items():
        folder_models = portfolio.models_by_folder.get(folder, ())
        if not folder_models and not has_broken_models:
            message, help_ = (
                f"there is no model in {folder}/ or below it",
                "remove the file, or move it to a folder above its models",
            )
            yield Finding(codes.MATCHES_NOTHING, message, defaults.document.key_location(()), defaults.subject, help_)
            continue
        yield from _check_type_keys(
            defaults, {model.header.type for model in folder_models}, has_broken_models=has_broken_models
        )
        used_environments = {name for model in folder_models for name in model.header.environments}
        yield from _check_environment_keys(fleet, defaults, None if has_broken_models else used_environments)
    for dataset in portfolio.by_kind("Dataset").values():
        yield from _check_environment_keys(fleet, dataset, None)


def _check_type_keys(
    spec: ProjectSpec | DefaultsSpec, types: AbstractSet[str], *, has_broken_models: bool
) -> Iterator[Finding]:
    """Each key below `types` applies to at least one model."""
    for key in spec.data.get("types", {}):
        if key not in types and not has_broken_models:
            pointer = ("types", key)
            location, subject = spec.document.key_location(pointer), Subject(spec.kind, spec.name, None, pointer)
            help_ = "remove it, or move it to Defaults in a folder above its models"
            yield Finding(
                codes.MATCHES_NOTHING,
                f"no model that these defaults apply to has the type {key}",
                location,
                subject,
                help_,
            )


def _check_environment_keys(
    fleet: Fleet, spec: DefaultsSpec | DatasetSpec | ModelSpec, used_environments: set[str] | None
) -> Iterator[Finding]:
    """Keys below `environments` of a document; `runs` is the set of environments with a model to overlay."""
    stages_by_environment = {
        name: environment.data["stage"] for name, environment in fleet.portfolio.by_kind("Environment").items()
    }
    has_broken_environments = fleet.portfolio.has_broken("Environment") or _lists_unknown_environment(fleet)
    stages = ALL_STAGES if has_broken_environments else tuple(stages_by_environment.values())
    for key in spec.data.get("environments", {}):
        if not _may_be_environment(fleet, key) and key not in stages:
            message = f"there is no Environment or stage `{key}`"
            yield _unused_key_finding(spec, key, message, _suggestion_help(key, {*stages_by_environment, *stages}))
        elif (
            used_environments is not None
            and not has_broken_environments
            and not _has_effect(key, used_environments, stages_by_environment)
        ):
            yield _unused_key_finding(
                spec, key, f"no model that this applies to is deployed in `{key}`", _STAGE_KEY_HELP
            )


def _may_be_environment(fleet: Fleet, name: str) -> bool:
    """Whether the name is that of an Environment, or of one whose document is broken or reported as missing at the project's list."""
    return fleet.portfolio.may_have_document("Environment", name) or name in _listed_environments(fleet)


def _lists_unknown_environment(fleet: Fleet) -> bool:
    """Whether the project's list names an Environment without a document: its stage is not known."""
    return not _listed_environments(fleet) <= fleet.portfolio.by_kind("Environment").keys()


def _listed_environments(fleet: Fleet) -> set[str]:
    return {name for _, name in promotion_entries(fleet.portfolio)}


def _unused_key_finding(spec: Spec, key: str, message: str, help_: str | None) -> Finding:
    pointer = ("environments", key)
    location, subject = spec.document.key_location(pointer), Subject(spec.kind, spec.name, None, pointer)
    return Finding(codes.MATCHES_NOTHING, message, location, subject, help_)


def _has_effect(key: str, used_environments: set[str], stages_by_environment: Mapping[str, str]) -> bool:
    """Whether a key names an environment with a deployment, or its stage."""
    return (
        key in used_environments
        if key in stages_by_environment
        else any(stages_by_environment.get(name) == key for name in used_environments)
    )


_STAGE_KEY_HELP = (
    "to deploy a model, add the name of an Environment to `environments` "
    "of the Model; the key of a stage only overlays values"
)


def _check_references(fleet: Fleet) -> Iterator[Finding]:
    """References of documents other than Models."""
    portfolio = fleet.portfolio
    for spec in [
        portfolio.project,
        *(
            spec
            for kind in ("Environment", "UseCase", "Dataset", "Policy", "Waiver")
            for spec in portfolio.by_kind(kind).values()
        ),
    ]:
        for annotation in fleet.language.references(spec.kind):
            for pointer, name in iter_strings(spec.json, annotation.pointer):
                if not portfolio.may_have_document(annotation.value, name):
                    location, subject = spec.document.location(pointer), Subject(spec.kind, spec.name, None, pointer)
                    yield _unknown_reference_finding(
                        annotation.value, name, portfolio.by_kind(annotation.value), location, subject
                    )


def _check_classifications(fleet: Fleet) -> Iterator[Finding]:
    """A use case names a class that its regime defines. Policies select by class, so a misspelled class would match none."""
    classes_pointer = ("properties", "classification", "x-modelyard-value-choices")
    schema = fleet.language.kind_schema("UseCase")
    for spec in fleet.portfolio.by_kind("UseCase").values():
        for regime, entry in spec.data.get("classification", {}).items():
            known_classes = [word for _, word in iter_strings(schema, (*classes_pointer, regime, ANY_KEY))]
            value = entry.get("value")
            if known_classes and value not in known_classes:
                pointer = ("classification", regime, "value")
                location, subject = spec.document.location(pointer), Subject(spec.kind, spec.name, None, pointer)
                message = f"{regime} has no class `{value}`"
                yield Finding(codes.BAD_VALUE, message, location, subject, _suggestion_help(value, known_classes))


def _unknown_reference_finding(
    kind: str, name: str, known_names: Iterable[str], location: Location, subject: Subject
) -> Finding:
    help_ = unknown_name_help(kind, name, known_names)
    return Finding(codes.UNKNOWN_REFERENCE, f"there is no {kind} `{name}`", location, subject, help_)


def _suggestion_help(name: str, known_names: Iterable[str]) -> str | None:
    choices = sorted(known_names)
    suggestion = closest_match(name, choices)
    return f"did you mean `{suggestion}`?" if suggestion else f"one of: {', '.join(choices[:10])}" if choices else None


def _check_bounds(fleet: Fleet) -> Iterator[Finding]:
    """No value of a document other than a Model is above its upper bound."""
    for kind in fleet.language.kinds:
        if kind != "Model":
            bounds = fleet.language.bounds(kind)
            for spec in fleet.portfolio.by_kind(kind).values():
                yield from check_document_bounds(spec, bounds)


FLEET_CHECKS: tuple[Callable[[Fleet], Iterator[Finding]], ...] = (
    _check_promotion_order,
    _check_overlay_keys,
    _check_references,
    _check_classifications,
    _check_bounds,
    check_deliveries,
    check_approval_settings,
)
