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
from compiler.foundation.json_data import Object, as_object
from compiler.scaffold.schema_catalog import EDITOR_FOLDER, SchemaCatalog
from compiler.source.yaml_parse import parse
from compiler.spec.portfolio import PROJECT_FILE

_CI_FOLDER = "ci"
_STARTER = "starter"
_INSTALL_PATHS = MappingProxyType({"gitignore": ".gitignore", "vscode-extensions.json": ".vscode/extensions.json"})
"""Files that must not act where they are shipped from, to where they belong."""
_DOT_PREFIX = re.compile(r"(?:^|(?<=/))dot-")
"""Begins the name of a folder that begins with a dot where it belongs."""
_NAME_LINE = re.compile(r"^name: .*$", re.MULTILINE)
_VERSION_PIN = re.compile(r"(?<===)0\.0\.0$", re.MULTILINE)
_BRANCH_LINE = re.compile(r"^( +branch: )main$", re.MULTILINE)
_EMITTERS_KEY = "emitters:\n"
_MAX_NAME_LENGTH = 63
_DEFAULT_NAME = "models"


@dataclass(frozen=True, slots=True)
class StarterFiles:
    """What is written, and what is there already and stays as it is."""

    new_files: Mapping[str, bytes]
    existing_paths: tuple[str, ...]
    stale_schemas: tuple[str, ...]
    """Schemas of editors that another version wrote; they are left too."""
    project_addition: str = ""
    """What the project's file lacks, where it is there already."""
    parent_key: str = ""
    """The key of that file below which it is to be added; none where it is one of its own."""


def ci_providers() -> tuple[str, ...]:
    """The CI servers that a new repository can be wired to."""
    folder = resources.shipped_folder("templates") / _CI_FOLDER
    return tuple(sorted(path.name for path in folder.iterdir() if (path / _STARTER).is_dir()))


def starter_files(
    root: Path, name: str, catalog: SchemaCatalog, provider: str | None = None, branch: str | None = None
) -> StarterFiles:
    """What makes a folder a project. In one that is a project already its specs are its own: only what surrounds them is added.

    `provider`: the CI server that it is wired to. `branch`: the one that is delivered from.
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
    """The nearest name that the language takes: a folder's name in lower-case letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_MAX_NAME_LENGTH].strip("-") or _DEFAULT_NAME


def is_ignored(gitignore: str, folder: str) -> bool:
    """Whether a .gitignore has a line for the folder."""
    return any(line.strip().strip("/") == folder.strip("/") for line in gitignore.splitlines())


def _ci_files(provider: str) -> dict[str, bytes]:
    """What a CI server needs: files of its own, and what the project's file says of it."""
    files = _read_folder(resources.shipped_folder("templates") / _CI_FOLDER / provider / _STARTER)
    installed_files = {_DOT_PREFIX.sub(".", path): content for path, content in files.items()}
    return {path: _VERSION_PIN.sub(__version__, content.decode()).encode() for path, content in installed_files.items()}


def _missing_addition(project: bytes, addition: str) -> tuple[str, str]:
    """What of it a project's file does not say yet, and the key below which it goes."""
    text = project.decode(errors="replace")
    current_emitters, required_emitters = (_emitter_settings(content) for content in (text, addition))
    if all(as_object(current_emitters.get(name)).get("enabled") is True for name in required_emitters):
        return "", ""
    return (
        (addition.replace(_EMITTERS_KEY, "", 1), _EMITTERS_KEY.strip().rstrip(":"))
        if current_emitters
        else (addition, "")
    )


def _emitter_settings(text: str) -> Object:
    documents = parse(text, PROJECT_FILE).documents
    return as_object(documents[0].data.get("emitters")) if documents else {}


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
