"""A dashboard is one that Grafana reads, and each of its questions is answered by a Prometheus that has our rules."""

import http.client
import importlib.util
import json
import math
import os
import socket
import subprocess
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from compiler.json_schema.validator import Validator


@pytest.fixture(scope="session")
def dashboards(portfolio) -> dict[str, Any]:
    return {path: json.loads(text) for path, text in portfolio.items() if path.endswith(".dashboard.json")}


def questions(dashboard) -> Iterator[str]:
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield target["expr"]


def test_each_keeps_the_official_schema_and_ours_and_no_mutant_does(dashboards, external_schemas, schema, mutants):
    official = Validator(json.loads((external_schemas / "schemastore" / "grafana-dashboard-5.x.json").read_bytes()))
    own_schema = schema("grafana", "dashboard.schema.json")
    assert len(dashboards) > 20
    for path, dashboard in dashboards.items():
        assert official.violations({"dashboard": dashboard}) == (), path
        assert own_schema.violations(dashboard) == (), path
    one = dashboards["prod/card-fraud/card-fraud.dashboard.json"]
    assert official.violations({"dashboard": {**one, "uid": "short"}})
    assert official.violations({"dashboard": {**one, "panels": [{"gridPos": {"w": 25}}]}})
    free = ("'options'", "'defaults'", "'overrides'", "'list'")  # what Grafana's own panels and variables say
    for what, broken in mutants({**one, "panels": one["panels"][:3]}):
        if not any(part in what for part in free):
            assert own_schema.violations(broken), what


def test_each_has_a_name_of_its_own(dashboards):
    ids = [dashboard["uid"] for dashboard in dashboards.values()]
    assert len(set(ids)) == len(ids)


def test_panels_do_not_overlap(dashboards):
    for path, dashboard in dashboards.items():
        occupied_cells = set()
        for panel in dashboard["panels"]:
            at = panel["gridPos"]
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            assert at["x"] + at["w"] <= 24
            assert not occupied_cells & cells, (path, panel["title"])
            occupied_cells |= cells


def test_every_question_is_one_of_promql(dashboards, program, tmp_path):
    expressions = sorted({expression for dashboard in dashboards.values() for expression in questions(dashboard)})
    for expression in expressions:
        promql_parser.parse(expression)
    rules = [
        {"record": "x", "expr": expression, "labels": {"n": str(number)}}
        for number, expression in enumerate(expressions)
    ]
    (tmp_path / "a.yaml").write_text(
        yaml.dump({"groups": [{"name": "all", "rules": rules}]}, Dumper=yaml.CSafeDumper), encoding="utf-8"
    )
    tool = program("promtool", "apt-get install prometheus")
    subprocess.run([tool, "check", "rules", str(tmp_path / "a.yaml")], capture_output=True, check=True)
    with pytest.raises(ValueError, match=r"parse|unexpected|invalid"):
        promql_parser.parse(expressions[0] + ")")


class Server:
    """A Prometheus on loopback that has what rules record of some series."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, path: str, **words: str) -> Any:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as link:
            link.request("GET", f"/api/v1/{path}?{urllib.parse.urlencode(words)}")
            answer = link.getresponse()
            body = answer.read()
        assert answer.status == 200, body
        return json.loads(body)["data"]["result"]

    def range_query(self, start: float, end: float, step: int) -> Callable[[str], list]:
        def ask(expression: str) -> list:
            found = self.ask("query_range", query=expression, start=f"{start}", end=f"{end}", step=f"{step}")
            return [
                (one["metric"], [(moment, float(value)) for moment, value in one["values"] if value != "NaN"])
                for one in found
            ]

        return ask


HOURS = 26
LABELS = 'reporter="destination",destination_service_namespace="payments-models",destination_service_name="card-fraud-predictor"'


def samples(start: int) -> str:
    """A day of requests: a wave by the hour, half an hour in which one in twelve fails, and an evening that is slow."""
    totals: dict[str, float] = {}
    lines: dict[str, list[str]] = {}

    def grow(series: str, by: float, moment: int) -> None:
        totals[series] = totals.get(series, 0) + by
        lines.setdefault(series, []).append(f"{series} {totals[series]:.3f} {moment}")

    def say(series: str, value: float, moment: int) -> None:
        lines.setdefault(series, []).append(f"{series} {value:.4f} {moment}")

    for minute in range(HOURS * 60):
        moment, hour = start + minute * 60, minute / 60
        request_rate = 600 + 400 * math.sin(hour / 24 * 2 * math.pi)
        failed = request_rate / 12 if 14 <= hour < 14.6 else request_rate / 4000
        slow = 0.09 if 19 <= hour < 22 else 0.02
        for code, by in (("200", request_rate - failed), ("503", failed)):
            grow(f'istio_requests_total{{{LABELS},response_code="{code}"}}', by, moment)
        for bound, share in {"50": 0.7, "100": 1 - slow, "250": 1 - slow / 12, "500": 1, "+Inf": 1}.items():
            grow(f'istio_request_duration_milliseconds_bucket{{{LABELS},le="{bound}"}}', request_rate * share, moment)
        grow(f"istio_request_duration_milliseconds_count{{{LABELS}}}", request_rate, moment)
        say('model_drift_psi{model="card-fraud"}', 0.08 + 0.13 * hour / HOURS, moment)
        if 14.2 <= hour < 14.9:
            alert_labels = (
                'alertname="ModelErrorBudgetBurn",alertstate="firing",modelyard_id="bank/prod/card-fraud/availability"'
            )
            say(f'ALERTS{{{alert_labels},modelyard_slo="availability",severity="page"}}', 1, moment)
    return "\n".join([*(line for found in lines.values() for line in found), "# EOF", ""])


@pytest.fixture(scope="module")
def server(portfolio, program, tmp_path_factory) -> Iterator[tuple[Server, float, float]]:
    folder = tmp_path_factory.mktemp("prometheus")
    tool, prometheus = (program(name, "apt-get install prometheus") for name in ("promtool", "prometheus"))
    current_time = int(time.time()) // 60 * 60
    start = current_time - HOURS * 3600
    (folder / "in.txt").write_text(samples(start), encoding="utf-8")
    rules = yaml.load(portfolio["prod/card-fraud/prometheusrule.yaml"], Loader=yaml.CSafeLoader)["spec"]["groups"]
    (folder / "prometheus.yml").write_text("global: {}\n", encoding="utf-8")
    run = [tool, "tsdb", "create-blocks-from"]
    subprocess.run([*run, "openmetrics", str(folder / "in.txt"), str(folder / "data")], check=True, capture_output=True)
    recorded = [rule for group in rules for rule in group["rules"] if "record" in rule]
    # What is recorded of what is recorded comes after it.
    passes = [[rule for rule in recorded if ("slo:" in rule["expr"]) == again] for again in (False, True, True, True)]
    for number, rules_of_pass in enumerate(passes):
        with PrometheusProcess(prometheus, folder) as instance:
            if not rules_of_pass:
                continue
            (folder / f"{number}.yaml").write_text(
                yaml.dump({"groups": [{"name": "all", "rules": rules_of_pass}]}, Dumper=yaml.CSafeDumper),
                encoding="utf-8",
            )
            words = [
                f"--start={start}",
                f"--end={current_time}",
                "--eval-interval=60s",
                f"--url=http://127.0.0.1:{instance.port}",
                f"--output-dir={folder / f'out{number}'}",
            ]
            subprocess.run([*run, "rules", *words, str(folder / f"{number}.yaml")], check=True, capture_output=True)
        for block in (folder / f"out{number}").iterdir():
            block.rename(folder / "data" / block.name)
    with PrometheusProcess(prometheus, folder) as instance:
        yield instance, float(start + 2 * 3600), float(current_time)


class PrometheusProcess:
    """A Prometheus that runs while it is queried."""

    def __init__(self, prometheus: str, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        words = [
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--storage.tsdb.retention.time=10y",
            "--storage.tsdb.allow-overlapping-blocks",
        ]
        self._log = (folder / "log").open("w")
        self._process = subprocess.Popen([prometheus, *words], stdout=self._log, stderr=self._log)
        self._server = Server(port)

    def __enter__(self) -> Server:
        for _ in range(200):
            try:
                self._server.ask("query", query="vector(1)")
            except (OSError, AssertionError):
                time.sleep(0.1)
            else:
                return self._server
        raise AssertionError("Prometheus does not answer")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)
        self._log.close()


@pytest.mark.slow
def test_a_prometheus_with_our_rules_answers_every_question(dashboards, server):
    found, start, end = server
    ask = found.range_query(start, end, 300)
    dashboard = dashboards["prod/card-fraud/card-fraud.dashboard.json"]
    for expression in questions(dashboard):
        answer = ask(expression)
        assert answer, expression
        assert all(points for _, points in answer), expression
    remaining_budgets = {
        labels["modelyard_slo"]: points[-1][1]
        for labels, points in ask(next(one for one in questions(dashboard) if "remaining" in one))
    }
    assert remaining_budgets.keys() == {"availability", "latency-100ms", "latency-250ms"}
    assert remaining_budgets["availability"] < 0 < remaining_budgets["latency-250ms"]
    draw = os.environ.get("MODELYARD_TEST_PICTURES")
    if draw:
        picture = load_picture_module()
        Path(draw, "card-fraud.html").write_text(picture.draw_dashboard(dashboard, ask, start, end), encoding="utf-8")


def load_picture_module() -> Any:
    """The drawing next to this file; tests are not a package."""
    described = importlib.util.spec_from_file_location("picture", Path(__file__).with_name("picture.py"))
    assert described
    assert described.loader
    module = importlib.util.module_from_spec(described)
    described.loader.exec_module(module)
    return module
