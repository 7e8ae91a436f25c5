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
from compiler.scaffold.schema_catalog import EDITOR_FOLDER, Catalogue
from compiler.source.yaml_parse import parse
from compiler.spec.portfolio import PROJECT_FILE

_GROUP = "ci"
_STARTER = "starter"
_PLACES = MappingProxyType({"gitignore": ".gitignore", "vscode-extensions.json": ".vscode/extensions.json"})
"""Files that must not act where they are shipped from, to where they belong."""
_HIDDEN = re.compile(r"(?:^|(?<=/))dot-")
"""Begins the name of a folder that begins with a dot where it belongs."""
_NAME = re.compile(r"^name: .*$", re.MULTILINE)
_VERSION = re.compile(r"(?<===)0\.0\.0$", re.MULTILINE)
_BRANCH = re.compile(r"^( +branch: )main$", re.MULTILINE)
_EMITTERS = "emitters:\n"
_LONGEST = 63
_UNNAMED = "models"


@dataclass(frozen=True, slots=True)
class Start:
    """What is written, and what is there already and stays as it is."""

    new: Mapping[str, bytes]
    left: tuple[str, ...]
    stale: tuple[str, ...]
    """Schemas of editors that another version wrote; they are left too."""
    to_add: str = ""
    """What the project's file lacks, where it is there already."""
    below: str = ""
    """The key of that file below which it is to be added; none where it is one of its own."""


def providers() -> tuple[str, ...]:
    """The CI servers that a new repository can be wired to."""
    folder = resources.shipped("templates") / _GROUP
    return tuple(sorted(path.name for path in folder.iterdir() if (path / _STARTER).is_dir()))


def start(root: Path, name: str, known: Catalogue, provider: str | None = None, branch: str | None = None) -> Start:
    """What makes a folder a project. In one that is a project already its specs are its own: only what surrounds them is added.

    `provider`: the CI server that it is wired to. `branch`: the one that is delivered from.
    """
    schemas = {f"{EDITOR_FOLDER}/{file}": content for file, content in known.for_editors().items()}
    is_project = (root / PROJECT_FILE).exists()
    wiring = _wiring(provider) if provider else {}
    to_add = wiring.pop(PROJECT_FILE, b"")
    if branch:
        to_add = _BRANCH.sub(lambda found: f"{found[1]}{json.dumps(branch)}", to_add.decode()).encode()
    made = _own(name)
    made[PROJECT_FILE] += to_add
    own = {path: content for path, content in {**made, **wiring}.items() if not is_project or not _is_spec(path)}
    files = {**own, **schemas}
    files = {path: files[path] for path in sorted(files, key=lambda path: (path == PROJECT_FILE, path))}
    left = tuple(path for path in files if _is_taken(root / path))
    stale = tuple(path for path in left if path in schemas and _differs(root / path, schemas[path]))
    new = {path: content for path, content in files.items() if path not in left}
    lacking, below = _lacking((root / PROJECT_FILE).read_bytes(), to_add.decode()) if is_project and to_add else ("", "")
    return Start(new, left, stale, lacking, below)


def as_name(text: str) -> str:
    """The nearest name that the language takes: a folder's name in lower-case letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST].strip("-") or _UNNAMED


def ignores(text: str, folder: str) -> bool:
    """Whether a .gitignore has a line for the folder."""
    return any(line.strip().strip("/") == folder.strip("/") for line in text.splitlines())


def _wiring(provider: str) -> dict[str, bytes]:
    """What a CI server needs: files of its own, and what the project's file says of it."""
    files = _below(resources.shipped("templates") / _GROUP / provider / _STARTER)
    named = {_HIDDEN.sub(".", path): content for path, content in files.items()}
    return {path: _VERSION.sub(__version__, content.decode()).encode() for path, content in named.items()}


def _lacking(project: bytes, to_add: str) -> tuple[str, str]:
    """What of it a project's file does not say yet, and the key below which it goes."""
    text = project.decode(errors="replace")
    here, wanted = (_emitters(one) for one in (text, to_add))
    if all(as_object(here.get(name)).get("enabled") is True for name in wanted):
        return "", ""
    return (to_add.replace(_EMITTERS, "", 1), _EMITTERS.strip().rstrip(":")) if here else (to_add, "")


def _emitters(text: str) -> Object:
    documents = parse(text, PROJECT_FILE).documents
    return as_object(documents[0].data.get("emitters")) if documents else {}


def _below(folder: Path) -> dict[str, bytes]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _own(name: str) -> dict[str, bytes]:
    files = _below(resources.shipped("templates") / _STARTER)
    files[PROJECT_FILE] = _NAME.sub(f"name: {name}", files[PROJECT_FILE].decode(), count=1).encode()
    return {_PLACES.get(path, path): content for path, content in files.items()}


def _is_spec(path: str) -> bool:
    return path == PROJECT_FILE or path.startswith("models/")


def _is_taken(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _differs(path: Path, content: bytes) -> bool:
    return not path.is_file() or path.read_bytes() != content
