"""The store: bytes by table and key, which a later run of the same version of the tool finds again.

Whatever is wrong with the file is a miss when reading, and is not saved when writing: a store never stops a run.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

from compiler.store.cache_folder import is_trusted_file, usable_cache_folder
from compiler.store.database import VERSION, Database, DatabaseUnusableError, is_storable, is_table_name
from compiler.store.store_files import StoreFiles
from compiler.store.tool_version import installation_stamp, tool_version

MAX_BYTES = 1024 * 1024 * 1024
"""The maximum size of a project's values."""
_INSTALLATION = "installation"
"""The name in the header of the stat data of the installed files."""
MAX_PENDING_BYTES = 4 * 1024 * 1024
"""More bytes than these are written before the end of the run, so that they take no memory."""


class Store:
    """Values of a project; without files nothing is stored."""

    def __init__(self, files: StoreFiles | None = None) -> None:
        self._files = files
        self._database: Database | None = None
        self._inherited_database: Database | None = None
        """The connection of the parent process, which must not even be closed."""
        self._is_open = False
        self._newest_file: Path | None = None
        self._is_moved = False
        """Whether the installed files were replaced by equal ones, so that their stat data must be stored again."""
        self._pending_changes: dict[str, dict[str, bytes | None]] = {}
        self._pending_bytes = 0

    @property
    def is_enabled(self) -> bool:
        """Whether values are stored."""
        return self._files is not None

    @cached_property
    def version(self) -> str:
        """The version of the tool; values of other versions are dropped."""
        return tool_version()

    def get(self, table: str, key: str) -> bytes | None:
        """The value of a key; `None` if there is none."""
        _validate_table_name(table)
        changed_values = self._pending_changes.get(table, {})
        if key in changed_values:
            return changed_values[key]
        database = self._open_database()
        if database is None or not is_storable(key):
            return None
        try:
            return database.get(table, key)
        except DatabaseUnusableError as error:
            self._give_up(error)
            return None

    def get_all(self, table: str) -> dict[str, bytes]:
        """All values of a table by key."""
        _validate_table_name(table)
        values: dict[str, bytes] = {}
        if (database := self._open_database()) is not None:
            try:
                values = database.get_all(table)
            except DatabaseUnusableError as error:
                self._give_up(error)
        changed_values = self._pending_changes.get(table)
        if changed_values:
            merged_values = {**values, **changed_values}
            return {key: value for key, value in merged_values.items() if value is not None}
        return values

    def keys(self, table: str) -> set[str]:
        """The keys of a table."""
        _validate_table_name(table)
        keys: set[str] = set()
        if (database := self._open_database()) is not None:
            try:
                keys = database.keys(table)
            except DatabaseUnusableError as error:
                self._give_up(error)
        for key, value in self._pending_changes.get(table, {}).items():
            (keys.discard if value is None else keys.add)(key)
        return keys

    def put(self, table: str, items: Mapping[str, bytes]) -> None:
        """Set values; they are on disk after `commit`, or earlier if they are many."""
        self._change(table, items)
        self._pending_bytes += sum(map(len, items.values()))
        if self._pending_bytes > MAX_PENDING_BYTES:
            self.commit()

    def delete(self, table: str, keys: Iterable[str]) -> None:
        """Remove values."""
        self._change(table, dict.fromkeys(keys))

    def commit(self) -> None:
        """Write what changed, in one transaction; where that is not possible, for example on a full disk, nothing is written."""
        changes, self._pending_changes, self._pending_bytes = self._pending_changes, {}, 0
        database = self._open_database()
        if self._files is None or not (changes or (database and (database.has_unsaved_use or self._is_moved))):
            return
        try:
            database = database or self._create_database(self._files)
            if database.file == self._files.newest():  # otherwise another run replaced it
                database.write(changes, self._header, MAX_BYTES)
                self._is_moved = False
                self._files.clean_up(database.file)
        except (DatabaseUnusableError, OSError):
            self._files = self._database = None

    def _change(self, table: str, values: Mapping[str, bytes | None]) -> None:
        _validate_table_name(table)
        if self._files is not None:
            storable_values = {key: value for key, value in values.items() if is_storable(key)}
            self._pending_changes.setdefault(table, {}).update(storable_values)

    def _open_database(self) -> Database | None:
        """The file of an earlier run, if it can be used."""
        if self._database is not None and not self._database.belongs_to_process:
            self._inherited_database, self._database, self._is_open = self._database, None, False
        if not self._is_open and self._files is not None:
            self._is_open = True
            self._newest_file = self._files.newest()
            try:
                self._database = self._current_database(self._newest_file)
            except DatabaseUnusableError as error:
                self._give_up(error)
        return self._database

    def _current_database(self, file: Path | None) -> Database | None:
        """The database in a file; `None` if it must be replaced, because it is of another version, or others may write to it."""
        if file is None or not is_trusted_file(file):
            return None
        database = Database(file)
        header = database.header()
        version = header.get(VERSION)
        self._is_moved = header.get(_INSTALLATION) != self._installation
        if version is None or (self._is_moved and version != self.version):
            return None
        self.version = version
        return database

    def _create_database(self, files: StoreFiles) -> Database:
        file = files.create_successor(self._newest_file)
        if not is_trusted_file(file):
            raise DatabaseUnusableError(is_damaged=True)
        self._database = Database(file)
        return self._database

    def _give_up(self, error: DatabaseUnusableError) -> None:
        """Read nothing more. A damaged file is replaced when values are written."""
        self._database = None
        if not error.is_damaged:
            self._files = None

    @cached_property
    def _installation(self) -> str:
        return installation_stamp()

    @property
    def _header(self) -> Mapping[str, str]:
        return {VERSION: self.version, _INSTALLATION: self._installation}


def open_store(project: Path, checkout: Path, *, enabled: bool = True) -> Store:
    """The store of a project in a checkout; nothing is stored if it is not enabled, or the cache folder cannot be used."""
    folder = usable_cache_folder(checkout) if enabled else None
    if folder is None:
        return Store()
    return Store(StoreFiles(folder, hashlib.sha256(os.fsencode(project.resolve())).hexdigest()[:32]))


def _validate_table_name(table: str) -> None:
    if not is_table_name(table):
        raise ValueError(f"`{table}` cannot be the name of a table")
