"""Which release runs, and what belongs to it."""

from collections.abc import Mapping, Sequence

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Subject
from compiler.foundation.json_data import Pointer, as_object, as_str, at
from compiler.foundation.suggestions import nearest
from compiler.resolve.digests import bytes_digest, digest
from compiler.resolve.resolved_model import CompanionFile, Merged, Release
from compiler.source.companion_paths import beside
from compiler.source.tree import NoSuchFile, Tree
from compiler.spec.language import Mark, matches
from compiler.spec.portfolio import Spec, release_contents

LARGEST_FILE = 1024 * 1024
"""Bytes of one file beside a spec: what a cluster's object, an engine's bundle and a reviewer can hold."""


def read_release(tree: Tree, spec: Spec, version: str, beside_marks: Sequence[Mark]) -> tuple[Release, list[Finding]]:
    """A release with the files beside the spec that belong to it, and what is wrong with them."""
    content = release_contents(spec.data)[version]
    pointer: Pointer = () if "source" in spec.data else ("releases", version)
    files: dict[str, CompanionFile] = {}
    findings: list[Finding] = []
    named: set[tuple[str, Pointer]] = set()
    for below, relative in (found for mark in beside_marks for found in matches(content, mark.pointer)):
        found = _file(tree, spec, as_str(relative), files)
        if (as_str(relative), below[:-1]) in named:
            found = f"`{relative}` is named twice"
        named.add((as_str(relative), below[:-1]))
        if isinstance(found, CompanionFile):
            files[found.relative] = found
        else:
            findings.append(_beside(spec, (*pointer, *below), found))
    total = sum(len(file.content) for file in files.values())
    if total > LARGEST_FILE:
        message = (
            f"the files of {version} have {total} bytes together; a release has at most {LARGEST_FILE} beside the spec"
        )
        findings.append(_beside(spec, (*pointer, "source"), message))
    digests = {relative: bytes_digest(file.content) for relative, file in sorted(files.items())}
    whole = digest({"content": content, "files": digests})
    return Release(version, content, pointer, tuple(files.values()), whole), findings


def _beside(spec: Spec, pointer: Pointer, message: str) -> Finding:
    return Finding(codes.BESIDE, message, spec.document.place(pointer), Subject("Model", spec.name, None, pointer))


def chosen(merged: Merged, environment: str) -> tuple[str | None, list[Finding]]:
    """The version that runs in an environment: the one that its entry says, or the only one there is."""
    spec, versions = merged.spec, list(release_contents(merged.spec.data))
    if "release" in merged.data:
        return _published(merged, ("release",), versions)
    if len(versions) == 1:
        return versions[0], []
    if not versions:
        help_ = "publish one under `releases:`, or say `version` and `source`"
        return None, [
            Finding(codes.NO_RELEASE, "no release is published", spec.document.key_place(()), spec.subject, help_)
        ]
    pointer = ("environments", environment)
    return None, [
        Finding(
            codes.NO_RELEASE,
            f"{len(versions)} releases are published, and nothing says which runs in {environment}",
            spec.document.key_place(pointer),
            Subject("Model", spec.name, environment, pointer),
            f"add `release:` with one of: {', '.join(versions)}",
        )
    ]


def chosen_canary(merged: Merged, running: str | None) -> tuple[str | None, list[Finding]]:
    """The version that is tried beside the one that runs; none where there is no canary, or only half of one."""
    pointer = ("canary", "release")
    if "release" not in as_object(merged.data.get("canary")):
        return None, []
    version, findings = _published(merged, pointer, list(release_contents(merged.spec.data)))
    if version is not None and version == running:
        message = f"{version} runs here already, and is no canary beside itself"
        return None, [
            merged.finding(codes.NO_RELEASE, message, pointer, "name another release, or remove the canary", here=True)
        ]
    return version, findings


def _published(merged: Merged, pointer: Pointer, versions: Sequence[str]) -> tuple[str | None, list[Finding]]:
    wanted = str(at(merged.data, pointer))
    if wanted in versions:
        return wanted, []
    near = nearest(wanted, versions)
    help_ = f"did you mean `{near}`?" if near else f"one of: {', '.join(versions)}" if versions else None
    return None, [
        merged.finding(codes.NO_RELEASE, f"there is no release `{wanted}` of {merged.name}", pointer, help_, here=True)
    ]


def _file(tree: Tree, spec: Spec, relative: str, known: Mapping[str, CompanionFile]) -> CompanionFile | str:
    if relative in known:
        return known[relative]
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
