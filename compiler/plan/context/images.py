"""Images as they are pulled: through the environment's registry, pinned by digest, and never made up."""

from collections.abc import Iterable, Iterator

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Subject
from compiler.foundation.json_data import Object, as_object, as_str
from compiler.foundation.provenance import Derived, Origin
from compiler.plan.emitters.emitter import Emitter
from compiler.resolve.fleet import Fleet
from compiler.resolve.resolved_model import ResolvedModel


def reference(image: str, digest: str, registry: str) -> str:
    """`registry/image:tag@digest`; an image that names a registry keeps its own."""
    first, slash, _ = image.partition("/")
    has_registry = bool(slash) and ("." in first or ":" in first or first == "localhost")
    return f"{image if has_registry or not registry else f'{registry}/{image}'}@{digest}"


def locked(
    fleet: Fleet, emitter: Emitter, wanted: Iterable[str], environment: Object
) -> tuple[dict[str, Derived], list[Finding]]:
    """The images of these names from the project's list; a finding for each that is not locked."""
    project = fleet.portfolio.project
    known = as_object(project.data.get("images"))
    found: dict[str, Derived] = {}
    findings: list[Finding] = []
    for name in wanted:
        if name in known:
            entry = as_object(known[name])
            ref = reference(
                as_str(entry.get("image")), as_str(entry.get("digest")), as_str(environment.get("registry"))
            )
            found[name] = Derived(
                ref, (Origin("project", ("images", name, "image")), Origin("project", ("images", name, "digest")))
            )
        else:
            place = project.document.place(("images",))
            help_ = f"add `{name}: {{image: …, digest: sha256:…}}` under `images` of the project"
            message = f"{emitter.title} needs the image `{name}`, and the project does not lock it"
            findings.append(
                Finding(codes.NO_IMAGE, message, place, Subject("Project", project.name, None, ("images", name)), help_)
            )
    return found, findings


def own(model: ResolvedModel, environment: Object) -> Derived | None:
    """The image that the model itself names: of its server, or of the program that its release is."""
    released = model.release.source if model.release else {}
    for root, pointer, named in (
        ("model", ("runtime",), as_object(model.data.get("runtime"))),
        ("release", ("source",), released),
    ):
        if "image" in named and "digest" in named:
            ref = reference(as_str(named["image"]), as_str(named["digest"]), as_str(environment.get("registry")))
            return Derived(ref, (Origin(root, (*pointer, "image")), Origin(root, (*pointer, "digest"))))
    return None


def unpinned(model: ResolvedModel) -> Iterator[Finding]:
    """An image of the model without its digest."""
    runtime = as_object(model.data.get("runtime"))
    if "image" in runtime and "digest" not in runtime:
        message = f"{runtime['image']} has no digest"
        yield model.finding(codes.NO_IMAGE, message, ("runtime", "image"), "add `digest: sha256:…` beside it")
