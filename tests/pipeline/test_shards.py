"""Every model is in exactly one shard."""

from hypothesis import given
from hypothesis import strategies as some

from compiler.pipeline.shards import Shard


@given(some.lists(some.text(), unique=True), some.integers(1, 12))
def test_shards_are_a_partition(names: list[str], total: int) -> None:
    parts = [Shard(number, total).select(names) for number in range(1, total + 1)]
    assert sorted(name for part in parts for name in part) == sorted(names)
    sizes = [len(part) for part in parts]
    assert max(sizes) - min(sizes) <= 1
