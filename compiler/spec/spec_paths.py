"""Where the documents of a project are: the files that contain them, and the folders that contain models."""

from bisect import bisect_left
from collections.abc import Sequence
from posixpath import dirname

from compiler.source.read_log import SPECS, ReadLog
from compiler.spec.portfolio import Portfolio

_AFTER_SLASH = chr(ord("/") + 1)


class SpecPaths:
    """The paths of files with valid documents, and the folders of models; each look-up is recorded."""

    def __init__(self, portfolio: Portfolio, reads: ReadLog) -> None:
        self._reads = reads
        with reads.paused():
            documents = [spec.document for kind in portfolio.specs.values() for spec in kind.values()]
            documents += [spec.document for spec in portfolio.defaults.values()]
            models = portfolio.by_kind("Model").values()
            self._paths = sorted({document.path for document in documents})
            self._model_folders = sorted({dirname(spec.document.path) for spec in models})

    def below(self, folder: str) -> Sequence[str]:
        """The files in a folder, at any depth; all for the root."""
        self._reads.add(SPECS, folder)
        return _below(self._paths, folder) if folder else self._paths

    def has(self, path: str) -> bool:
        """Whether a file contains a document."""
        return path in self.below(dirname(path))

    def model_folders_below(self, folder: str) -> Sequence[str]:
        """The folders below a folder that contain models; none below the root."""
        self._reads.add(SPECS, folder)
        return _below(self._model_folders, folder) if folder else ()


def _below(paths: list[str], folder: str) -> Sequence[str]:
    return paths[bisect_left(paths, f"{folder}/") : bisect_left(paths, f"{folder}{_AFTER_SLASH}")]
