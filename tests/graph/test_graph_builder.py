"""A picture has one node a thing, and a line for each way in which one relies on another."""

import pytest

from compiler.graph.graph_builder import build_graph
from compiler.graph.graph_model import Edge, edge_sentence
from compiler.graph.neighborhood import neighborhood
from compiler.inventory.row_filters import InventoryFilter, filter_rows


def picture(bank, *names: str, depth: int | None = None, **words):
    wanted = InventoryFilter(**words)
    rows = tuple(filter_rows(bank.inventory.models, wanted))
    made = build_graph(bank.inventory, rows, wanted.environments, include_unused=not words)
    return neighborhood(made, names, depth) if names else made


def ids(made) -> set[str]:
    return {node.id for node in made.nodes}


def test_each_thing_is_one_node(bank, sample) -> None:
    assert len(ids(sample)) == len(sample.nodes)
    portfolio = bank.portfolio
    kinds = {"dataset": "Dataset", "model": "Model", "use-case": "UseCase"}
    expected = {f"{kind}/{name}" for kind, document in kinds.items() for name in portfolio.by_kind(document)}
    assert ids(sample) == expected


def test_lines_run_from_what_is_relied_on(sample) -> None:
    lines = {(edge.source, edge.target, edge.kind) for edge in sample.edges}
    fraud = "model/card-fraud"
    assert {line for line in lines if fraud in line[:2]} == {
        ("dataset/card-transactions-2025", fraud, "trained-on"),
        ("dataset/card-transactions-2026q1", fraud, "evaluated-on"),
        ("dataset/merchant-index", fraud, "uses"),
        ("model/device-score", fraud, "calls"),
        (fraud, "model/authorisation-route", "calls"),
        (fraud, "use-case/card-authorisation", "serves"),
    }
    assert ("model/application-scorecard", "model/bureau-score", "callers-call") in lines
    assert ("dataset/complaint-answers", "model/complaint-summary", "uses") in lines


def test_the_steps_of_a_router_stand_on_their_lines(sample) -> None:
    (route,) = [node for node in sample.nodes if node.name == "authorisation-route"]
    assert "ensemble (switch)" in route.subtitle
    labels = {edge.source: edge.label for edge in sample.edges if edge.target == route.id}
    assert labels == {
        "model/contactless-limits": 'contactless: parameters.entry == "contactless"', "model/card-fraud": "everything-else",
    }  # fmt: skip


def test_a_line_is_a_sentence() -> None:
    sentences = {
        kind: edge_sentence(Edge("a/x", "b/y", kind))
        for kind in ("trained-on", "evaluated-on", "uses", "calls", "callers-call", "serves")
    }
    assert sentences == {
        "trained-on": "y is trained on x", "evaluated-on": "y is evaluated on x", "uses": "y uses x", "calls": "y calls x",
        "callers-call": "callers of y also call x", "serves": "x serves y",
    }  # fmt: skip
    assert edge_sentence(Edge("a/x", "b/y", "calls", "50%")) == "y calls x (50%)"


def test_an_environment_is_a_column_of_every_model(sample) -> None:
    (fraud,) = [node for node in sample.nodes if node.name == "card-fraud"]
    assert [(spot.environment, spot.label) for spot in fraud.deployments] == [
        ("dev", "3.2.0"), ("staging", "3.2.0"), ("prod", "3.1.0 + 3.2.0 (10%)"),
    ]  # fmt: skip
    assert list(sample.environments) == ["dev", "staging", "prod"]


def test_in_one_environment_only_what_holds_there_is_shown(bank) -> None:
    made = picture(bank, environments=("prod",))
    assert list(made.environments) == ["prod"]
    assert "model/authorisation-route" not in ids(made)
    assert {spot.environment for node in made.nodes for spot in node.deployments} == {"prod"}
    assert not any(edge.label for edge in made.edges), "the route calls no model in prod"


def test_neighbours_outside_the_filter_are_shown_as_context(bank) -> None:
    made = picture(bank, types=("ensemble",))
    outside = {node.name for node in made.nodes if node.is_context}
    assert outside == {"card-fraud", "contactless-limits"}
    assert ids(made) == {
        "model/authorisation-route",
        "model/card-fraud",
        "model/contactless-limits",
        "use-case/card-authorisation",
    }


def test_what_things_outside_do_among_themselves_is_left_out(bank) -> None:
    diagram = picture(bank, tiers=("critical",))
    outside = {node.id for node in diagram.nodes if node.is_context}
    assert outside == {"model/bureau-score", "model/application-scorecard"}, (
        "of these the first falls back to the second"
    )
    assert not [edge for edge in diagram.edges if {edge.source, edge.target} <= outside]


@pytest.mark.parametrize(
    ("depth", "expected"),
    [
        (0, {"model/default-risk"}),
        (1, {"model/default-risk", "model/bureau-score", "model/application-scorecard", "use-case/consumer-credit",
             "dataset/loan-performance-2018-2024", "dataset/loan-performance-2025"}),
    ],
)  # fmt: skip
def test_depth_counts_lines(depth, expected, bank) -> None:
    assert ids(picture(bank, "model/default-risk", depth=depth)) == expected


def test_around_a_thing_is_what_it_rests_on_and_what_rests_on_it(bank) -> None:
    made = picture(bank, "dataset/device-events")
    assert ids(made) == {
        "dataset/device-events", "model/device-score", "model/card-fraud", "model/authorisation-route", "use-case/card-authorisation",
    }  # fmt: skip
    assert all({edge.source, edge.target} <= ids(made) for edge in made.edges)


def test_a_picture_has_a_description_in_one_sentence(sample) -> None:
    assert sample.description == "bank: 14 datasets, 20 models, 8 use cases, in dev, staging, prod"
