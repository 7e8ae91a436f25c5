"""One SQLite file with checksummed values. Every error of SQLite is a `DatabaseUnusableError`, which says whether the file is damaged."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import finalize

if TYPE_CHECKING:
    pass

VERSION = "version"
"""The name in the header of the version of the tool."""
MAX_WAIT_SECONDS = 1.0
"""How long to wait for the lock of another run."""
_TEMPORARY_ERRORS = frozenset({3, 5, 6, 8, 10, 13, 14})
"""SQLite's codes for: no permission, busy, locked, read-only, an I/O error, disk full, cannot open. The file itself may be sound."""
_PRIMARY_CODE_MASK = 0xFF
_SECONDS_PER_DAY = 86_400
_EVICTED_DIVISOR = 4
"""A quarter of a full file is evicted at once, so that the next runs need not evict again."""

Changes = Mapping[str, Mapping[str, bytes | None]]
"""The new value of each key, by table; `None` deletes the key."""


class DatabaseUnusableError(Exception):
    """The file cannot be used; `is_damaged`: it never can, so that it may be replaced."""

    def __init__(self, *, is_damaged: bool) -> None:
        super().__init__()
        self.is_damaged = is_damaged


class Database:
    """An open file. A connection must not be used after `fork`, so it belongs to one process."""

    def __init__(self, file: Path) -> None:
        with _translated_errors():
            uri = f"{file.as_uri()}?mode=rw"
            self._connection = sqlite3.connect(uri, timeout=MAX_WAIT_SECONDS, isolation_level=None, uri=True)
            self._connection.execute("PRAGMA trusted_schema=OFF")
            self._connection.execute("PRAGMA secure_delete=ON")  # a value may turn out to hold a secret
            self._connection.execute("PRAGMA synchronous=OFF")  # only a power failure loses data then
        finalize(self, _close, self._connection, os.getpid())
        self.file = file
        self._process_id = os.getpid()
        self._today = int(time.time()) // _SECONDS_PER_DAY
        self._known_tables: frozenset[str] | None = None
        self._read_keys: dict[str, set[str] | None] = {}
        """Keys whose day of use is before today, by table; `None` for all."""

    @property
    def belongs_to_process(self) -> bool:
        """Whether this process opened the file, rather than a parent of it."""
        return self._process_id == os.getpid()

    @property
    def has_unsaved_use(self) -> bool:
        """Whether values were read that were last used on another day."""
        return any(keys is None or keys for keys in self._read_keys.values())

    def header(self) -> Mapping[str, str]:
        """The texts that describe the file; empty for a new file."""
        with _translated_errors():
            if "header" not in self._tables():
                return {}
            return {str(name): str(text) for name, text in self._connection.execute("SELECT name, text FROM header")}

    def get(self, table: str, key: str) -> bytes | None:
        """The value of a key; `None` if there is none, or it is damaged."""
        with _translated_errors():
            if not self._has_table(table):
                return None
            statement = f"SELECT checksum, value, used FROM t_{table} WHERE key = ?"  # noqa: S608 - the store validates names of tables
            row = self._connection.execute(statement, (key,)).fetchone()
        if row is None or not _is_intact(table, key, row[0], row[1]):
            return None
        keys = self._read_keys.setdefault(table, set())
        if keys is not None and row[2] != self._today:
            keys.add(key)
        value: bytes = row[1]
        return value

    def get_all(self, table: str) -> dict[str, bytes]:
        """All values of a table by key, without damaged ones."""
        values: dict[str, bytes] = {}
        with _translated_errors():
            if not self._has_table(table):
                return {}
            today = self._today
            rows = self._connection.execute(f"SELECT key, checksum, value, used FROM t_{table}")  # noqa: S608 - as above
            for key, checksum, value, last_use in rows:
                if _is_intact(table, key, checksum, value):
                    values[key] = value
                if last_use != today:
                    self._read_keys[table] = None
        return values

    def keys(self, table: str) -> set[str]:
        """The keys of a table."""
        with _translated_errors():
            if not self._has_table(table):
                return set()
            return {str(key) for (key,) in self._connection.execute(f"SELECT key FROM t_{table}")}  # noqa: S608 - as above

    def write(self, changes: Changes, header: Mapping[str, str], max_bytes: int) -> None:
        """Change values in one transaction; raises if the file has another header version, or is locked for too long."""
        with _translated_errors():
            with self._transaction():
                self._write_header(header)
                for table, values in changes.items():
                    self._write_table(table, values)
                self._mark_used()
                self._evict(max_bytes)
            self._known_tables = None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _has_table(self, table: str) -> bool:
        if self._known_tables is None:
            self._known_tables = self._tables()
        return f"t_{table}" in self._known_tables

    def _tables(self) -> frozenset[str]:
        rows = self._connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        return frozenset(str(name) for (name,) in rows)

    def _write_header(self, header: Mapping[str, str]) -> None:
        self._connection.execute("CREATE TABLE IF NOT EXISTS header (name TEXT PRIMARY KEY, text TEXT)")
        present = self.header()
        if present and present.get(VERSION) != header[VERSION]:
            raise DatabaseUnusableError(is_damaged=False)
        if present != header:
            self._connection.executemany("INSERT OR REPLACE INTO header VALUES (?, ?)", header.items())

    def _write_table(self, table: str, values: Mapping[str, bytes | None]) -> None:
        self._connection.execute(
            f"CREATE TABLE IF NOT EXISTS t_{table} (key TEXT PRIMARY KEY, used INTEGER, checksum BLOB, value BLOB)"
        )
        deleted_keys = ((key,) for key, value in values.items() if value is None)
        self._connection.executemany(f"DELETE FROM t_{table} WHERE key = ?", deleted_keys)  # noqa: S608 - as above
        rows = (
            (key, self._today, _checksum(table, key, value), value)
            for key, value in values.items()
            if value is not None
        )
        self._connection.executemany(f"INSERT OR REPLACE INTO t_{table} VALUES (?, ?, ?, ?)", rows)  # noqa: S608 - as above

    def _mark_used(self) -> None:
        for table, keys in self._read_keys.items():
            update = f"UPDATE t_{table} SET used = {self._today} WHERE used != {self._today}"  # noqa: S608 - as above
            if keys is None:
                self._connection.execute(update)
            elif keys:
                self._connection.executemany(f"{update} AND key = ?", ((key,) for key in keys))
        self._read_keys.clear()

    def _evict(self, max_bytes: int) -> None:
        """Delete the rows that were not used for the longest time, if the file is too large."""
        page_count, free_count, page_size = (
            int(self._connection.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_count", "freelist_count", "page_size")
        )
        excess = (page_count - free_count) * page_size - max_bytes
        if excess <= 0:
            return
        tables = sorted(name for name in self._tables() if name.startswith("t_") and is_table_name(name))
        query = " UNION ALL ".join(f"SELECT '{name}', rowid, used, length(value) FROM {name}" for name in tables)  # noqa: S608 - as above
        rows_by_table: dict[str, list[tuple[int]]] = {}
        for table, row_id, _, size in self._connection.execute(f"{query} ORDER BY 3, 2"):
            if excess <= -max_bytes // _EVICTED_DIVISOR:
                break
            rows_by_table.setdefault(table, []).append((row_id,))
            excess -= size
        for table, rows in rows_by_table.items():
            self._connection.executemany(f"DELETE FROM {table} WHERE rowid = ?", rows)  # noqa: S608 - as above


def _close(connection: sqlite3.Connection, process_id: int) -> None:
    """Close a connection, unless a child process inherited it."""
    if process_id == os.getpid():
        connection.close()


def is_table_name(name: str) -> bool:
    """Whether a table may have the name: it becomes part of a statement."""
    return name.isascii() and name.isidentifier()


def is_storable(key: str) -> bool:
    """Whether SQLite can store the key: it encodes text as UTF-8."""
    if key.isascii():
        return True
    try:
        key.encode()
    except UnicodeEncodeError:
        return False
    return True


def _checksum(table: str, key: str, value: bytes) -> bytes:
    """A checksum that also shows a value under a wrong key."""
    digest = hashlib.blake2b(value, digest_size=8)
    digest.update(f"\0{table}\0{key}".encode())
    return digest.digest()


def _is_intact(table: str, key: object, checksum: object, value: object) -> bool:
    return isinstance(value, bytes) and isinstance(key, str) and _checksum(table, key, value) == checksum


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OverflowError, UnicodeError) as error:
        code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE_MASK
        raise DatabaseUnusableError(is_damaged=code not in _TEMPORARY_ERRORS) from error
