"""A file of results is read as it was written, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from compiler.store.result_file import DamagedResultsError, decode_results, encode_results

TABLES = some.dictionaries(some.text(), some.dictionaries(some.text(), some.binary()))


@given(some.text(), TABLES)
def test_results_are_read_as_they_were_written(version: str, tables: dict) -> None:
    assert decode_results(encode_results(version, tables)) == (version, tables)


@given(TABLES, some.data())
def test_a_changed_or_shortened_file_is_refused(tables: dict, data: some.DataObject) -> None:
    content = encode_results("1", tables)
    position = data.draw(some.integers(0, len(content) - 1))
    changed = content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]
    for damaged in (changed, content[:position]):
        with pytest.raises(DamagedResultsError):
            decode_results(damaged)
