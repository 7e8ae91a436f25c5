"""Which release runs, and what belongs to it."""

from collections.abc import Iterator, Sequence

from compiler import codes
from compiler.diagnostics import Finding, Subject
from compiler.resolve.digests import bytes_digest, digest
from compiler.resolve.model import CompanionFile, Release
from compiler.source.beside import beside
from compiler.source.tree import NoSuchFile, Tree
from compiler.spec.portfolio import COMPANIONS, Spec, release_contents
from compiler.values import Object, Pointer, as_list, as_object, as_str
from compiler.words import nearest

LARGEST_FILE = 1024 * 1024
"""Bytes of one file beside a spec: what a cluster's object, an engine's bundle and a reviewer can hold."""


def read_release(tree: Tree, spec: Spec, version: str) -> tuple[Release, list[Finding]]:
    """A release with the files beside the spec that belong to it, and what is wrong with them."""
    content = release_contents(spec.data)[version]
    pointer: Pointer = () if "source" in spec.data else ("releases", version)
    files: list[CompanionFile] = []
    findings: list[Finding] = []
    for relative, at in _named(content):
        found = _file(tree, spec, relative)
        if isinstance(found, CompanionFile):
            files.append(found)
        else:
            place = spec.document.place((*pointer, *at))
            findings.append(Finding(codes.BESIDE, found, place, Subject("Model", spec.name, None, (*pointer, *at))))
    total = sum(len(file.content) for file in files)
    if total > LARGEST_FILE:
        place, at_ = spec.document.place((*pointer, "source", COMPANIONS[0])), (*pointer, "source", COMPANIONS[0])
        message = (
            f"the files of {version} have {total} bytes together; a release has at most {LARGEST_FILE} beside the spec"
        )
        findings.append(Finding(codes.BESIDE, message, place, Subject("Model", spec.name, None, at_)))
    digests = {file.relative: bytes_digest(file.content) for file in files}
    return Release(version, content, pointer, tuple(files), digest({"content": content, "files": digests})), findings


def chosen(spec: Spec, merged: Object, environment: str) -> tuple[str | None, list[Finding]]:
    """The version that runs in an environment: the one that its entry says, or the only one there is."""
    versions = list(release_contents(spec.data))
    wanted = merged.get("release")
    if wanted is None:
        if len(versions) == 1:
            return versions[0], []
        message = f"{spec.name} has {len(versions)} releases, and does not say which runs in {environment}"
        return None, [_no_release(spec, message, environment, ("environments", environment), _choices(versions))]
    return _published(spec, str(wanted), versions, environment, ("environments", environment, "release"))


def chosen_canary(spec: Spec, merged: Object, environment: str) -> tuple[str | None, list[Finding]]:
    """The version that is tried beside the one that runs; none where there is no canary."""
    canary = as_object(merged.get("canary"))
    if "release" not in canary:
        return None, []
    pointer = ("environments", environment, "canary", "release")
    return _published(spec, str(canary["release"]), list(release_contents(spec.data)), environment, pointer)


def _published(
    spec: Spec, wanted: str, versions: Sequence[str], environment: str, pointer: Pointer
) -> tuple[str | None, list[Finding]]:
    if wanted in versions:
        return wanted, []
    near = nearest(wanted, versions)
    help_ = f"did you mean {near}?" if near else _choices(versions)
    return None, [_no_release(spec, f"{spec.name} has no release {wanted}", environment, pointer, help_)]


def _choices(versions: Sequence[str]) -> str:
    return (
        f"choose one of {', '.join(versions)}"
        if versions
        else "publish one under `releases:`, or say `version` and `source`"
    )


def _no_release(spec: Spec, message: str, environment: str, pointer: Pointer, help_: str) -> Finding:
    subject = Subject("Model", spec.name, environment, pointer)
    return Finding(codes.NO_RELEASE, message, spec.document.place(pointer), subject, help_)


def _named(content: Object) -> Iterator[tuple[str, Pointer]]:
    source = as_object(content.get("source"))
    for key in COMPANIONS:
        for index, relative in enumerate(as_list(source.get(key))):
            yield as_str(relative), ("source", key, index)


def _file(tree: Tree, spec: Spec, relative: str) -> CompanionFile | str:
    try:
        path = beside(tree, spec.document.path, relative)
        content = tree.read(path)
    except ValueError as refusal:
        return str(refusal)
    except NoSuchFile:
        return f"there is no file {relative} beside {spec.document.path}"
    if len(content) > LARGEST_FILE:
        return f"{relative} has {len(content)} bytes; a file beside a spec has at most {LARGEST_FILE}"
    return CompanionFile(path, relative, content)
