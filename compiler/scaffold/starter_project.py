"""The files of a new repository, and which of them a folder lacks."""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from compiler import __version__
from compiler.foundation import resources
from compiler.foundation.json_data import Object
from compiler.scaffold.ci_providers import ci_starter_folder
from compiler.scaffold.schema_catalog import EDITOR_FOLDER, SchemaCatalog
from compiler.source.yaml_parse import parse
from compiler.spec.portfolio import PROJECT_FILE

_STARTER = "starter"
_INSTALL_PATHS = MappingProxyType(
    {
        "gitattributes": ".gitattributes",
        "gitignore": ".gitignore",
        "vscode-extensions.json": ".vscode/extensions.json",
    }
)
"""Files that must not take effect where they are shipped, to their paths in a project."""
_DOT_PREFIX = re.compile(r"(?:^|(?<=/))dot-")
"""Stands for the dot at the start of a folder's name."""
_NAME_LINE = re.compile(r"^name: .*$", re.MULTILINE)
_VERSION_PIN = re.compile(r"(?<===)0\.0\.0$", re.MULTILINE)
_BRANCH_LINE = re.compile(r"^( +branch: )main$", re.MULTILINE)
_EMITTERS_KEY = "emitters:\n"
_MAX_NAME_LENGTH = 63
_DEFAULT_NAME = "models"


@dataclass(frozen=True, slots=True)
class StarterFiles:
    """The files to write, and those that exist and stay unchanged."""

    new_files: Mapping[str, bytes]
    existing_paths: tuple[str, ...]
    stale_schemas: tuple[str, ...]
    """Editor schemas of another version, which are left unchanged."""
    project_addition: str = ""
    """The settings that an existing project file lacks."""
    parent_key: str = ""
    """The key below which to add them; `None` for the top level."""


def starter_files(
    root: Path, name: str, catalog: SchemaCatalog, provider: str | None = None, branch: str | None = None
) -> StarterFiles:
    """The files that make a folder a project. In an existing project, specs are left alone and only supporting files are added.

    `provider` is the CI provider; `branch` is the branch that is delivered.
    """
    schemas = {f"{EDITOR_FOLDER}/{file}": content for file, content in catalog.editor_schemas().items()}
    is_project = (root / PROJECT_FILE).exists()
    ci_files = _ci_files(provider) if provider else {}
    addition = ci_files.pop(PROJECT_FILE, b"")
    if branch:
        addition = _BRANCH_LINE.sub(lambda match: f"{match[1]}{json.dumps(branch)}", addition.decode()).encode()
    template_files = _template_files(name)
    template_files[PROJECT_FILE] += addition
    project_files = {
        path: content
        for path, content in {**template_files, **ci_files}.items()
        if not is_project or not _is_spec(path)
    }
    files = {**project_files, **schemas}
    files = {path: files[path] for path in sorted(files, key=lambda path: (path == PROJECT_FILE, path))}
    existing_paths = tuple(path for path in files if _is_present(root / path))
    stale_schemas = tuple(path for path in existing_paths if path in schemas and _differs(root / path, schemas[path]))
    new_files = {path: content for path, content in files.items() if path not in existing_paths}
    missing_addition, parent_key = (
        _missing_addition((root / PROJECT_FILE).read_bytes(), addition.decode())
        if is_project and addition
        else ("", "")
    )
    return StarterFiles(new_files, existing_paths, stale_schemas, missing_addition, parent_key)


def slugify(text: str) -> str:
    """The closest valid name: the folder's name in lower-case letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_MAX_NAME_LENGTH].strip("-") or _DEFAULT_NAME


def is_ignored(gitignore: str, folder: str) -> bool:
    """Whether a .gitignore has a line for the folder."""
    return any(line.strip().strip("/") == folder.strip("/") for line in gitignore.splitlines())


def _ci_files(provider: str) -> dict[str, bytes]:
    """The files of a CI provider, and its settings in the project file."""
    files = _read_folder(ci_starter_folder(provider))
    installed_files = {_DOT_PREFIX.sub(".", path): content for path, content in files.items()}
    return {path: _VERSION_PIN.sub(__version__, content.decode()).encode() for path, content in installed_files.items()}


def _missing_addition(project: bytes, addition: str) -> tuple[str, str]:
    """The settings that a project file lacks, and the key below which they belong."""
    text = project.decode(errors="replace")
    current_emitters, required_emitters = (_emitter_settings(content) for content in (text, addition))
    enabled_emitters = {
        name
        for name, settings in current_emitters.items()
        if isinstance(settings, dict) and settings.get("enabled") is True
    }
    if required_emitters.keys() <= enabled_emitters:
        return "", ""
    return (
        (addition.replace(_EMITTERS_KEY, "", 1), _EMITTERS_KEY.strip().rstrip(":"))
        if current_emitters
        else (addition, "")
    )


def _emitter_settings(text: str) -> Object:
    documents = parse(text, PROJECT_FILE).documents
    settings = documents[0].data.get("emitters") if documents else None
    return settings if isinstance(settings, dict) else {}


def _read_folder(folder: Path) -> dict[str, bytes]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _template_files(name: str) -> dict[str, bytes]:
    files = _read_folder(resources.shipped_folder("templates") / _STARTER)
    files[PROJECT_FILE] = _NAME_LINE.sub(f"name: {name}", files[PROJECT_FILE].decode(), count=1).encode()
    return {_INSTALL_PATHS.get(path, path): content for path, content in files.items()}


def _is_spec(path: str) -> bool:
    return path == PROJECT_FILE or path.startswith("models/")


def _is_present(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _differs(path: Path, content: bytes) -> bool:
    return not path.is_file() or path.read_bytes() != content
