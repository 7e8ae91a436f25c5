"""Charts with logarithmic axes as SVG."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 420, 320
MARGIN_LEFT, MARGIN_RIGHT, MARGIN_TOP, MARGIN_BOTTOM = 70, 20, 40, 110
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#8c564b", "#7f7f7f")
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Chart:
    """Lines through points; every number is greater than zero."""

    title: str
    x_label: str
    series: Mapping[str, Points]


@dataclass(frozen=True)
class Axis:
    """Whole powers of ten, and the pixels of the first and the last one."""

    low: int
    high: int
    first_pixel: float
    last_pixel: float

    @staticmethod
    def from_values(values: Sequence[float], first_pixel: float, last_pixel: float) -> "Axis":
        """The smallest axis with all values."""
        low, high = floor(log10(min(values))), ceil(log10(max(values)))
        return Axis(low, max(high, low + 1), first_pixel, last_pixel)

    def pixel(self, value: float) -> float:
        """Where a value is."""
        share = (log10(value) - self.low) / (self.high - self.low)
        return self.first_pixel + share * (self.last_pixel - self.first_pixel)

    @property
    def ticks(self) -> list[float]:
        """The powers of ten."""
        return [10.0**exponent for exponent in range(self.low, self.high + 1)]


def draw(charts: Sequence[Chart]) -> str:
    """The charts, from left to right."""
    parts = [part for index, chart in enumerate(charts) for part in _chart(chart, index * WIDTH)]
    size = f'width="{WIDTH * len(charts)}" height="{HEIGHT}" viewBox="0 0 {WIDTH * len(charts)} {HEIGHT}"'
    style = 'font-family="sans-serif" font-size="11" fill="#333"'
    body = "\n".join(parts)
    background = '<rect width="100%" height="100%" fill="#fff"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>\n{background}\n{body}\n</svg>\n'


def _chart(chart: Chart, offset: float) -> Iterator[str]:
    points = [point for line in chart.series.values() for point in line]
    x_axis = Axis.from_values([x for x, _ in points], offset + MARGIN_LEFT, offset + WIDTH - MARGIN_RIGHT)
    y_axis = Axis.from_values([y for _, y in points], HEIGHT - MARGIN_BOTTOM, MARGIN_TOP)
    middle = (x_axis.first_pixel + x_axis.last_pixel) / 2
    yield _text(middle, MARGIN_TOP - 18, chart.title, "middle", weight="bold")
    yield _text(middle, HEIGHT - MARGIN_BOTTOM + 32, chart.x_label, "middle")
    for tick in x_axis.ticks:
        x = x_axis.pixel(tick)
        yield _line(x, y_axis.first_pixel, x, y_axis.last_pixel, "#ddd")
        yield _text(x, HEIGHT - MARGIN_BOTTOM + 16, f"{tick:,.0f}", "middle")
    for tick in y_axis.ticks:
        y = y_axis.pixel(tick)
        yield _line(x_axis.first_pixel, y, x_axis.last_pixel, y, "#ddd")
        yield _text(x_axis.first_pixel - 6, y + 4, f"{tick:,g}", "end")
    for index, (name, line) in enumerate(chart.series.items()):
        colour = COLOURS[index % len(COLOURS)]
        pixels = [(x_axis.pixel(x), y_axis.pixel(y)) for x, y in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in pixels)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
        yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in pixels)
        x, y = offset + MARGIN_LEFT + index % 2 * 165, HEIGHT - MARGIN_BOTTOM + 54 + index // 2 * 18
        yield _line(x, y - 4, x + 16, y - 4, colour, 2)
        yield _text(x + 22, y, name, "start")


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, width: int = 1) -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width}"/>'


def _text(x: float, y: float, text: str, anchor: str, *, weight: str = "normal") -> str:
    style = f'text-anchor="{anchor}" font-weight="{weight}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(text)}</text>'
