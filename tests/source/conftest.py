"""Claims about YAML are made of both parsers: a module of them asks for `parser`."""

import pytest

from compiler.source import node_positions as marks
from compiler.source import yaml_backend as engine


@pytest.fixture(params=["libyaml", "pure"])
def parser(request, monkeypatch):
    if request.param == "libyaml" and engine.open_events is engine.open_pure_python:
        pytest.skip("no libyaml here")
    monkeypatch.setattr(engine, "open_events", engine.open_libyaml if request.param == "libyaml" else engine.open_pure_python)
    marks.positions_of.cache_clear()
    yield request.param
    marks.positions_of.cache_clear()
