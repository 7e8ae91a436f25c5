"""Selects the release that runs, and reads its companion files."""

from collections.abc import Mapping, Sequence
from posixpath import basename, dirname, relpath
from typing import NamedTuple

from compiler.diagnostics import codes
from compiler.diagnostics.finding import Finding, Subject
from compiler.foundation.json_data import Pointer, plain_data, value_at
from compiler.foundation.suggestions import closest_match
from compiler.resolve.digests import bytes_digest, digest
from compiler.resolve.resolved_model import CompanionFile, MergedModel, Release
from compiler.source.companion_paths import companion_path
from compiler.source.text_decoding import hidden_character_findings
from compiler.source.tree import NoSuchFile, Tree, is_lfs_pointer
from compiler.spec.language import Annotation, iter_strings
from compiler.spec.portfolio import ModelSpec, release_contents


class _FileProblem(NamedTuple):
    message: str
    help: str


MAX_COMPANION_BYTES = 1024 * 1024
"""Maximum bytes of a companion file: a cluster object and an engine's bundle must be able to hold it."""


def read_release(
    tree: Tree, spec: ModelSpec, version: str, companion_annotations: Sequence[Annotation]
) -> tuple[Release, list[Finding]]:
    """A release with its companion files, and findings about them."""
    content = release_contents(spec.data)[version]
    pointer: Pointer = () if "source" in spec.data else ("releases", version)
    files: dict[str, CompanionFile] = {}
    findings: list[Finding] = []
    named_files: set[tuple[str, Pointer]] = set()
    for relative_pointer, relative in (
        entry for annotation in companion_annotations for entry in iter_strings(plain_data(content), annotation.pointer)
    ):
        entry = _read_companion_file(tree, spec, relative, files)
        if (relative, relative_pointer[:-1]) in named_files:
            entry = _FileProblem(f"`{relative}` is named twice", "remove one of the two")
        named_files.add((relative, relative_pointer[:-1]))
        if isinstance(entry, CompanionFile):
            if entry.relative not in files:
                findings += hidden_character_findings(entry.content, entry.path)
            files[entry.relative] = entry
        else:
            findings.append(_companion_finding(spec, (*pointer, *relative_pointer), entry))
    total = sum(len(file.content) for file in files.values())
    if total > MAX_COMPANION_BYTES:
        message = f"the files of {version} have a total size of {total:,} bytes; the maximum is {MAX_COMPANION_BYTES:,}"
        problem = _FileProblem(message, "store large files elsewhere, and refer to them by URI and digest")
        findings.append(_companion_finding(spec, (*pointer, "source"), problem))
    digests = {relative: bytes_digest(file.content) for relative, file in sorted(files.items())}
    release_digest = digest({"content": plain_data(content), "files": digests})
    return Release(version, content, pointer, tuple(files.values()), release_digest), findings


def _companion_finding(spec: ModelSpec, pointer: Pointer, problem: "_FileProblem") -> Finding:
    location, subject = spec.document.location(pointer), Subject("Model", spec.name, None, pointer)
    return Finding(codes.BAD_COMPANION_FILE, problem.message, location, subject, problem.help)


def selected_version(merged_model: MergedModel, environment: str) -> tuple[str | None, list[Finding]]:
    """The version that runs in an environment: the one in its entry, or the only release."""
    spec, versions = merged_model.spec, list(release_contents(merged_model.spec.data))
    if "release" in merged_model.json:
        return _published_version(merged_model, ("release",), versions)
    if len(versions) == 1:
        return versions[0], []
    if not versions:
        help_ = "publish one under `releases:`, or set `version` and `source`"
        return None, [
            Finding(codes.NO_RELEASE, "no release is published", spec.document.key_location(()), spec.subject, help_)
        ]
    pointer = ("environments", environment)
    return None, [
        Finding(
            codes.NO_RELEASE,
            f"{len(versions)} releases are published, but none is selected for {environment}",
            spec.document.key_location(pointer),
            Subject("Model", spec.name, environment, pointer),
            f"add `release` with one of: {', '.join(versions)}",
        )
    ]


def selected_canary(merged_model: MergedModel, running_version: str | None) -> tuple[str | None, list[Finding]]:
    """The version of the canary; `None` if there is none, or it is incomplete."""
    pointer = ("canary", "release")
    canary = merged_model.json.get("canary")
    if not isinstance(canary, dict) or "release" not in canary:
        return None, []
    version, findings = _published_version(merged_model, pointer, list(release_contents(merged_model.spec.data)))
    if version is not None and version == running_version:
        message = f"{version} is the release here, so that it cannot also be the canary"
        return None, [
            merged_model.finding(
                codes.NO_RELEASE, message, pointer, "choose another release, or remove the canary", per_environment=True
            )
        ]
    return version, findings


def _published_version(
    merged_model: MergedModel, pointer: Pointer, versions: Sequence[str]
) -> tuple[str | None, list[Finding]]:
    version = str(value_at(merged_model.json, pointer))
    if version in versions:
        return version, []
    suggestion = closest_match(version, versions)
    help_ = f"did you mean `{suggestion}`?" if suggestion else f"one of: {', '.join(versions)}" if versions else None
    return None, [
        merged_model.finding(
            codes.NO_RELEASE,
            f"there is no release `{version}` of {merged_model.name}",
            pointer,
            help_,
            per_environment=True,
        )
    ]


def _read_companion_file(
    tree: Tree, spec: ModelSpec, relative: str, known_files: Mapping[str, CompanionFile]
) -> "CompanionFile | _FileProblem":
    if relative in known_files:
        return known_files[relative]
    try:
        path = companion_path(tree, spec.document.path, relative)
        content = tree.read(path)
    except ValueError as error:
        message, _, help_ = str(error).rstrip(".").partition("; ")
        return _FileProblem(message, help_ or "write a path relative to the folder of the spec")
    except NoSuchFile:
        return _FileProblem(
            f"there is no file `{relative}` next to {spec.document.path}", _file_help(tree, spec, relative)
        )
    if is_lfs_pointer(content):
        return _FileProblem(f"`{relative}` is a pointer of Git LFS, not the file", codes.LFS_POINTER.remedy)
    if len(content) > MAX_COMPANION_BYTES:
        message = f"`{relative}` has {len(content):,} bytes; the maximum is {MAX_COMPANION_BYTES:,}"
        return _FileProblem(message, "store it elsewhere, and refer to it by URI and digest")
    return CompanionFile(path, relative, content)


def _file_help(tree: Tree, spec: ModelSpec, relative: str) -> str:
    """The file that was probably meant: of a similar path, or of the same name in another folder."""
    folder = dirname(spec.document.path)
    paths = [relpath(path, folder) for path in tree.paths(folder) if path != spec.document.path]
    same_name = [path for path in paths if basename(path) == basename(relative)]
    suggestion = same_name[0] if len(same_name) == 1 else closest_match(relative, paths)
    return f"did you mean `{suggestion}`?" if suggestion else "add the file, or correct its path"
