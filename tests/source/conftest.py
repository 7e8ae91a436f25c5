"""Claims about YAML are made of both parsers: a module of them asks for `parser`."""

import pytest

from compiler.source import node_positions, yaml_backend


@pytest.fixture(params=["libyaml", "pure"])
def parser(request, monkeypatch):
    if request.param == "libyaml" and yaml_backend.open_events is yaml_backend.open_pure_python:
        pytest.skip("no libyaml here")
    monkeypatch.setattr(
        yaml_backend,
        "open_events",
        yaml_backend.open_libyaml if request.param == "libyaml" else yaml_backend.open_pure_python,
    )
    node_positions.positions_of.cache_clear()
    yield request.param
    node_positions.positions_of.cache_clear()
