"""A picture can be read: nothing lies on anything, everything says what it is, on a light page and on a dark one."""

import json
import re
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from html import unescape
from itertools import combinations

import pytest

from compiler.graph.graph_builder import build_graph
from compiler.graph.graph_model import EDGE_VERBS, Graph, Node, edge_sentence
from compiler.graph.svg import style
from compiler.graph.svg.svg_document import render_svg
from compiler.graph.svg.text_metrics import measure_text, truncate_text
from compiler.graph.svg.xml_text import element, escape_text
from compiler.pipeline.session import Session
from compiler.source.memory_tree import MemoryTree

NS = "{http://www.w3.org/2000/svg}"
SIZES = {"name": style.NAME_SIZE, "small": style.SMALL_SIZE, "chip": style.CHIP_SIZE, "heading": 15.0}


@dataclass(frozen=True)
class Area:
    """A rectangle of a picture, and what lies in it."""

    left_edge: float
    top: float
    right: float
    low: float
    text: str

    def overlaps(self, area: "Area", slack: float = 0.5) -> bool:
        return (
            self.left_edge + slack < area.right
            and area.left_edge + slack < self.right
            and self.top + slack < area.low
            and area.top + slack < self.low
        )

    def holds(self, area: "Area", slack: float = 0.5) -> bool:
        return (
            self.left_edge - slack <= area.left_edge
            and area.right <= self.right + slack
            and self.top - slack <= area.top
            and area.low <= self.low + slack
        )


def translation_of(node: ET.Element) -> tuple[float, float]:
    found = re.search(r"translate\(([-0-9.]+) ([-0-9.]+)\)", node.get("transform") or "")
    return (float(found[1]), float(found[2])) if found else (0.0, 0.0)


def text_areas(root: ET.Element, x: float = 0, y: float = 0) -> list[Area]:
    """Every piece of text, as wide as a wide font makes it."""
    dx, dy = translation_of(root)
    areas = []
    for child in root:
        if child.tag == f"{NS}text":
            size, bold = SIZES[child.get("class")], child.get("class") in {"name", "heading"}
            x_start, base = x + dx + float(child.get("x")), y + dy + float(child.get("y"))
            areas.append(
                Area(
                    x_start,
                    base - size * 0.8,
                    x_start + measure_text(child.text or "", size, bold=bold),
                    base + size * 0.25,
                    child.text or "",
                )
            )
        areas += text_areas(child, x + dx, y + dy)
    return areas


def card_areas(root: ET.Element, x: float = 0, y: float = 0) -> list[Area]:
    """Every card, by its first shape."""
    dx, dy = translation_of(root)
    areas = []
    for child in root:
        if "node" in (child.get("class") or "").split():
            shape = next(one for one in child if "box" in (one.get("class") or ""))
            areas.append(_extent(shape, x + dx, y + dy, child.find(f"{NS}title").text))
        else:
            areas += card_areas(child, x + dx, y + dy)
    return areas


def _extent(shape: ET.Element, x: float, y: float, label: str) -> Area:
    if shape.tag == f"{NS}rect":
        left, top = x + float(shape.get("x")), y + float(shape.get("y"))
        return Area(left, top, left + float(shape.get("width")), top + float(shape.get("height")), label)
    if shape.tag == f"{NS}polygon":
        points = [tuple(map(float, pair.split(","))) for pair in shape.get("points").split()]
        xs, ys = zip(*points, strict=True)
        return Area(x + min(xs), y + min(ys), x + max(xs), y + max(ys), label)
    start, top, end, bend, _, high = map(
        float,
        re.match(r"M([0-9.]+) ([0-9.]+)H([0-9.]+)a([0-9.]+) ([0-9.]+) 0 0 1 0 ([0-9.]+)", shape.get("d")).groups(),
    )
    return Area(x + start - bend, y + top, x + end + bend, y + top + high, label)


@pytest.fixture(scope="module", params=["LR", "TB"])
def sample_svg(request, sample) -> str:
    return render_svg(sample, request.param)


@pytest.fixture(scope="module")
def root(sample_svg) -> ET.Element:
    return ET.fromstring(sample_svg)


def test_no_label_lies_on_another_and_each_lies_in_its_card(root, sample) -> None:
    labels, cards = text_areas(root), card_areas(root)
    assert len(cards) == len(sample.nodes)
    assert [(one.text, other.text) for one, other in combinations(labels, 2) if one.overlaps(other)] == []
    inside = [label for label in labels if any(card.holds(label) for card in cards)]
    spots = sum(len(node.deployments) for node in sample.nodes)
    assert len(inside) == 2 * len(sample.nodes) + spots
    assert not [label.text for label in labels if label not in inside and any(card.overlaps(label) for card in cards)]


def test_no_card_lies_on_another_and_all_lie_in_the_picture(root) -> None:
    cards = card_areas(root)
    whole = Area(0, 0, float(root.get("width")), float(root.get("height")), "the picture")
    assert [(one.text, other.text) for one, other in combinations(cards, 2) if one.overlaps(other)] == []
    assert [one.text for one in [*cards, *text_areas(root)] if not whole.holds(one)] == []


def test_overlaps_are_found() -> None:
    """Else the tests above could not fail."""
    one = Area(0, 0, 10, 10, "a")
    assert one.overlaps(Area(5, 5, 15, 15, "b"))
    assert not one.overlaps(Area(10, 0, 20, 10, "b"))
    assert not one.holds(Area(5, 5, 15, 8, "b"))


def test_every_line_ends_at_its_cards_and_passes_none(root, sample) -> None:
    (lines,) = [group for group in root if any("edge" in (one.get("class") or "") for one in group)]
    corner = translation_of(lines)
    cards = {one.text.split("\n")[0].split(":")[0]: one for one in card_areas(root)}
    for drawn, edge in zip(lines, sample.edges, strict=True):
        path = drawn.find(f"{NS}path").get("d")
        points = [(float(x) + corner[0], float(y) + corner[1]) for x, y in re.findall(r"([-0-9.]+) ([-0-9.]+)", path)]
        start, end = (cards[name.partition("/")[2]] for name in (edge.source, edge.target))
        assert _touches(start, points[0], 1.0), edge
        assert _touches(end, points[-1], 8.5), edge
        for step in _curve_points(points):
            assert not [
                card.text
                for card in cards.values()
                if card not in {start, end} and card.left_edge < step[0] < card.right and card.top < step[1] < card.low
            ]


def _touches(card: Area, point: tuple[float, float], slack: float) -> bool:
    grown = Area(card.left_edge - slack, card.top - slack, card.right + slack, card.low + slack, "")
    return grown.left_edge <= point[0] <= grown.right and grown.top <= point[1] <= grown.low


def _curve_points(points):
    """Points of the curves: a start, then two bends and an end for each, and straight parts between them."""
    rest = points[1:]
    current = points[0]
    while rest:
        first, second, end, *rest = rest
        for step in range(21):
            t = step / 20
            weights = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3)
            yield tuple(
                sum(w * p[axis] for w, p in zip(weights, (current, first, second, end), strict=True)) for axis in (0, 1)
            )
        current = rest.pop(0) if rest else end


def test_everything_says_what_it_is(root, sample) -> None:
    assert root.get("role") == "graphics-document"
    named = {shape.get("id"): shape.text for shape in root if shape.get("id")}
    assert [bool(named[id_]) for id_ in root.get("aria-labelledby").split()] == [True, True]
    titles = {shape.text for shape in root.iter(f"{NS}title")}
    assert {edge_sentence(edge) for edge in sample.edges} <= titles
    assert {node.tooltip for node in sample.nodes} <= titles
    assert "callers of bureau-score also call application-scorecard" in titles
    symbols = [shape for shape in root.iter() if shape.get("role") == "graphics-symbol"]
    assert len(symbols) == len(sample.nodes)
    assert all(shape.get("aria-label") for shape in symbols)


def test_the_legend_explains_what_there_is_and_nothing_else(root, bank) -> None:
    def legend_texts(tree: ET.Element) -> set[str]:
        (key,) = [one for one in tree if one.get("class") == "legend"]
        return {one.text for one in key.iter(f"{NS}text")}

    all_entries = {
        "dataset",
        "model",
        "use case",
        *EDGE_VERBS.values(),
        *(f"{tier} risk" for tier in style.TIER_COLOURS),
    }
    assert legend_texts(root) == all_entries | {
        "with a canary",
        "does not run there",
        "not in production yet",
        "retired",
    }
    few = [row for row in bank.inventory.models if row.name == "document-check"]
    small = ET.fromstring(render_svg(build_graph(bank.inventory, few, ("prod",), include_unused=False), "LR"))
    assert legend_texts(small) == {"model", "use case", "serves", "high risk"}


def test_the_same_picture_comes_out_again(sample) -> None:
    assert render_svg(sample, "LR") == render_svg(sample, "LR")


@pytest.fixture(scope="module")
def empty_svg() -> str:
    files = {
        "modelyard.yaml": "apiVersion: modelyard/v1\nkind: Project\nname: shop\nenvironments: [dev]\n",
        "models/base.yaml": "apiVersion: modelyard/v1\nkind: Environment\nname: dev\nstage: dev\nnamespace: dev\n",
    }
    inventory = Session(MemoryTree({path: text.encode() for path, text in files.items()})).inventory
    return render_svg(build_graph(inventory, (), (), include_unused=True), "LR")


def test_a_picture_of_nothing_is_one(empty_svg) -> None:
    assert card_areas(ET.fromstring(empty_svg)) == []
    assert "shop: 0 datasets, 0 models, 0 use cases, in dev" in empty_svg


# What strangers write


def test_no_text_is_markup(hostile_graph) -> None:
    drawn = render_svg(hostile_graph, "LR")
    root = ET.fromstring(drawn)
    known = {"svg", "title", "desc", "style", "rect", "text", "g", "path", "polygon", "circle"}
    assert {one.tag.removeprefix(NS) for one in root.iter()} == known
    attributes = {name for one in root.iter() for name in one.attrib}
    assert not [name for name in attributes if name.startswith(("on", "href", "{"))]
    assert [one.text for one in root.iter(f"{NS}style")] == [style.render_css()]
    titles = [one.text for one in root.iter(f"{NS}title")]
    assert any("</title><script>alert(1)</script>" in title for title in titles)


def test_hostile_labels_keep_to_their_cards(hostile_graph) -> None:
    root = ET.fromstring(render_svg(hostile_graph, "LR"))
    labels, cards = text_areas(root), card_areas(root)
    assert [(one.text, other.text) for one, other in combinations(labels, 2) if one.overlaps(other)] == []
    assert sum(any(card.holds(label) for card in cards) for label in labels) >= len(hostile_graph.nodes) * 2


def test_the_longest_names_keep_to_their_cards() -> None:
    names = ["m" * 63, "w-" * 31 + "w", "i" * 63]
    nodes = tuple(
        Node(f"{kind}/{name}", kind, name, name, name) for name in names for kind in ("dataset", "model", "use-case")
    )
    root = ET.fromstring(render_svg(Graph("shop", nodes, (), {"dev": "dev"}), "LR"))
    cards = card_areas(root)
    labels = [label for label in text_areas(root) if label.text.endswith("…")]
    assert len(labels) == 2 * 2 * 3, "all but those of narrow letters are cut"
    assert all(any(card.holds(label) for card in cards) for label in labels)


@pytest.mark.parametrize("hostile_text", ["<&>\"'", "\x00\x1b\ud800\ufffe", "]]><!--", "é🙂\u202e"])
def test_text_is_what_it_was_or_a_sign_that_it_could_not_be(hostile_text) -> None:
    made = element("text", escape_text(hostile_text), class_="a", aria_label=hostile_text)
    made.encode()
    read = ET.fromstring(made)
    expected = re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", "\ufffd", hostile_text)
    assert (read.text, read.get("aria-label")) == (expected, expected)


def test_a_long_text_is_cut_to_its_room() -> None:
    assert truncate_text("card-fraud", 500, 13) == "card-fraud"
    short = truncate_text("a" * 63, 100, 13, bold=True)
    assert short.endswith("…")
    assert measure_text(short, 13, bold=True) <= 100 < measure_text(short[:-1] + "aa…", 13, bold=True)


# What colours say


def luminance(colour: str) -> float:
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2: 4.5 for text (1.4.3), 3 for what has to be seen (1.4.11)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def colours(sheet: str) -> dict[str, dict[str, str]]:
    styles: dict[str, dict[str, str]] = {}
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet):
        for selector in selectors.split(","):
            styles.setdefault(selector.strip(), {}).update(
                dict(part.split(":", 1) for part in body.split(";") if ":" in part)
            )
    return styles


def sheets() -> dict[str, dict[str, dict[str, str]]]:
    light, dark = style.render_css().split("@media (prefers-color-scheme:dark){")
    both = colours(light)
    differing = colours(dark[:-1])
    return {
        "light": both,
        "dark": {key: both.get(key, {}) | differing.get(key, {}) for key in both.keys() | differing.keys()},
    }


@pytest.mark.parametrize("page", ["light", "dark"])
def test_letters_and_lines_stand_out_on_either_page(page) -> None:
    sheet = sheets()[page]
    ground = sheet[".ground"]["fill"]
    for letters in (".name", ".small", ".retired .name"):
        assert contrast(sheet[letters]["fill"], sheet[".model .box"]["fill"]) >= 4.5, letters
    for kind in (".dataset .box", ".use-case .box"):
        assert contrast(sheet[".name"]["fill"], sheet[kind]["fill"]) >= 4.5
        assert contrast(sheet[".small"]["fill"], sheet[kind]["fill"]) >= 4.5
    for slot in (".slot", ".prod"):
        assert contrast(sheet[".chip"]["fill"], sheet[slot]["fill"]) >= 4.5
    for kind in EDGE_VERBS:
        assert contrast(sheet[f".{kind} .line"]["stroke"], ground) >= 3, kind
    for kind in (".dataset .box", ".model .box", ".use-case .box"):
        assert contrast(sheet[kind]["stroke"], ground) >= 3, kind


def test_no_two_kinds_of_line_differ_by_colour_alone() -> None:
    looks = [(style.EDGE_DASHES.get(kind), style.EDGE_WIDTHS.get(kind)) for kind in EDGE_VERBS]
    assert len(set(looks)) == len(looks)


# As a browser has it

PROBE = """
<!doctype html><meta charset="utf-8"><body>%s<pre id="result"></pre><script>
const box = one => { const r = one.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
const over = (a, b) => a[0] + 1 < b[2] && b[0] + 1 < a[2] && a[1] + 1 < b[3] && b[1] + 1 < a[3];
const texts = [...document.querySelectorAll("svg text")].map(one => [box(one), one.textContent]);
const found = [];
for (let i = 0; i < texts.length; i++) for (let j = 0; j < i; j++)
  if (over(texts[i][0], texts[j][0])) found.push(texts[i][1] + " on " + texts[j][1]);
const out = [];
for (const card of document.querySelectorAll("g.node")) {
  const c = box(card.querySelector(".box"));
  for (const one of card.querySelectorAll("text")) {
    const t = box(one);
    if (t[0] < c[0] || t[2] > c[2] || t[1] < c[1] || t[3] > c[3] + 1) out.push(one.textContent);
  }
}
document.getElementById("result").textContent = JSON.stringify({texts: texts.length, found, out});
</script></body>
"""


@pytest.mark.slow
def test_a_browser_sees_no_label_on_another(sample_svg, sample, program, tmp_path) -> None:
    chromium = program("chromium", "apt-get install chromium")
    page = tmp_path / "page.html"
    page.write_text(PROBE % sample_svg, encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
    result = subprocess.run(
        [chromium, *flags, page.as_uri()], capture_output=True, text=True, check=True, timeout=120
    ).stdout
    seen = json.loads(unescape(re.search(r'<pre id="result">(.*?)</pre>', result, re.DOTALL)[1]))
    assert seen["texts"] > 2 * len(sample.nodes)
    assert (seen["found"], seen["out"]) == ([], [])
