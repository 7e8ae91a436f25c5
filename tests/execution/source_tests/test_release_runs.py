"""Engines are found by their modules."""

import pkgutil

from compiler.execution.source_tests import engines
from compiler.execution.source_tests.release_runs import load_engines


def test_each_engine_has_the_name_of_its_module_by_which_the_worker_imports_it() -> None:
    assert [engine.name for engine in load_engines()] == sorted(
        module.name for module in pkgutil.iter_modules(engines.__path__)
    )
