"""The projects that are measured: generated fleets and the sample, each with its output and what earlier runs stored."""

import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from floor import file_paths
from generate import write_project
from processes import MODELYARD, ROOT, Cost, run

from compiler.foundation import resources
from compiler.policy.pack import shipped_pack_names
from compiler.source.worktree import WorkTree

SAMPLE = 0
"""The number of models that stands for the sample portfolio of this repository."""
_SETTLING_SECONDS = 2.1
"""A file that changed less than two seconds before it was read is read again."""
_SUMMARY = re.compile(r"^summary: .*$", re.MULTILINE)


@dataclass(frozen=True)
class Sizes:
    """How much the specs, the output, the stored results and a git repository of the output are."""

    spec_bytes: int
    files: int
    output_bytes: int
    store_bytes: int
    packed_bytes: int = 0
    """0 if it was not measured."""


class Fleet:
    """A project of so many models below a folder; `has_packs`: with all shipped packs of policies."""

    def __init__(self, models: int, folder: Path, *, has_packs: bool = False) -> None:
        self.models, self.folder, self.has_packs = models, folder, has_packs
        self.project, self.cache = folder / "project", folder / "cache"
        self._edit_count = 0

    @property
    def output(self) -> Path:
        """Where a build in place writes."""
        return self.project / "build"

    def create(self) -> None:
        """Write the project, unless an interrupted benchmark did."""
        if (self.folder / "created").exists():
            return
        shutil.rmtree(self.project, ignore_errors=True)
        if self.models == SAMPLE:
            self._git("clone", "--quiet", str(ROOT), str(self.project), folder=ROOT)
        else:
            write_project(self.models, self.project, careful=True)
            if self.has_packs:
                bind_packs(self.project)
            self._git("init", "--quiet")
            self.commit("specs")
        (self.folder / "created").touch()

    @cached_property
    def first_build(self) -> Cost:
        """The build of the whole project, into an empty folder and with an empty cache; later ones in place reuse its results."""
        self.create()
        shutil.rmtree(self.output, ignore_errors=True)
        shutil.rmtree(self.cache, ignore_errors=True)
        cost = run(self.command("build"), environment=self.environment())
        time.sleep(_SETTLING_SECONDS)
        return cost

    def command(self, *arguments: str, project: Path | None = None) -> Sequence[str]:
        """The command line of Modelyard for the project, or for a clone of it."""
        return (*MODELYARD, arguments[0], "--project", str(project or self.project), *arguments[1:])

    def environment(self, cache: Path | None = None) -> dict[str, str]:
        """The variables of a run with the cache of the fleet, or with another one."""
        return {"MODELYARD_CACHE": str(cache or self.cache)}

    def new_folder(self, name: str) -> Path:
        """An empty folder next to the project. None is removed before the end: afterwards new files take the kernel longer."""
        number = 1
        while (path := self.folder / f"{name}-{number}").exists():
            number += 1
        path.mkdir(parents=True)
        return path

    @cached_property
    def model_files(self) -> tuple[Path, ...]:
        """The files of the models, from the middle of the fleet on."""
        paths = [path for path in sorted((self.project / "models").rglob("*.yaml")) if "kind: Model\n" in read(path)]
        middle = len(paths) // 2
        return (*paths[middle:], *paths[:middle])

    def edit_models(self, count: int, project: Path | None = None) -> None:
        """Give so many models another summary."""
        self._edit_count += 1
        for path in islice(self.model_files, count):
            target = (project or self.project) / path.relative_to(self.project)
            target.write_text(_SUMMARY.sub(f"summary: Edit {self._edit_count}.", read(target), count=1), "utf-8")

    def clone(self) -> Path:
        """A new clone, always at the same path: its files have new times and inodes, as on a CI server."""
        path = self.folder / "clone"
        shutil.rmtree(path, ignore_errors=True)
        self._git("clone", "--quiet", str(self.project), str(path))
        return path

    def commit(self, message: str) -> None:
        """Commit the specs."""
        self._git("add", "modelyard.yaml", "models")
        self._git(*self._author, "commit", "--quiet", "--message", message)

    @property
    def _author(self) -> tuple[str, ...]:
        return ("-c", "user.name=bench", "-c", "user.email=bench@example.com")

    def _git(self, *arguments: str, folder: Path | None = None) -> None:
        subprocess.run(("git", *arguments), cwd=folder or self.project, check=True)

    @property
    def git_folder(self) -> Path:
        """A git repository of the output."""
        return self.folder / "git"

    @property
    def sizes(self) -> Sizes:
        """The sizes now."""
        output = [Path(path).stat().st_size for path in file_paths(str(self.output))]
        specs, stored, packed = map(folder_bytes, (self.project / "models", self.cache, self.git_folder))
        return Sizes(specs, len(output), sum(output), stored, packed)


def bind_packs(project: Path) -> None:
    """Bind all shipped packs of policies but `approvals`: a generated fleet has none, because an approval names digests."""
    all_names = shipped_pack_names(WorkTree(resources.shipped_folder("schemas")))
    names = [name for name in all_names if name != "approvals"]
    file = project / "modelyard.yaml"
    lines = [line for line in read(file).splitlines() if not line.startswith("policies:")]
    file.write_text("\n".join((*lines, f"policies: [{', '.join(names)}]", "")), "utf-8")


def folder_bytes(folder: Path) -> int:
    """The sum of the sizes of all files."""
    return sum(Path(path).stat().st_size for path in file_paths(str(folder)))


def read(path: Path) -> str:
    """The text of a file."""
    return path.read_text(encoding="utf-8")
