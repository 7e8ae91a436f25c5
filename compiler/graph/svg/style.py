"""The style sheet, for light and dark pages."""

from compiler.graph.colours import EDGE_COLOURS, NODE_COLOURS

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
NAME_SIZE, SMALL_SIZE, CHIP_SIZE = 13.0, 11.0, 10.0
"""Font sizes of names, subtitles and releases."""

EDGE_DASHES = {"evaluated-on": "7 4", "uses": "2 3", "callers-call": "10 3 2 3"}
EDGE_WIDTHS = {"calls": 2.6, "serves": 1.1}
TIER_COLOURS = {"low": "#9ecae1", "medium": "#6a9fc4", "high": "#b3541e", "critical": "#7a0019"}
"""The stripe of a model by risk tier: darker means higher risk. The tier is also written on the card."""

_DARK_NODE_COLOURS = {"dataset": "#14332a", "model": "#12293a", "use-case": "#372507"}
_DARK_EDGE_COLOURS = {
    "trained-on": "#2fc79a",
    "evaluated-on": "#d79bc2",
    "uses": "#6cc0ea",
    "calls": "#ff8a3d",
    "callers-call": "#e0a030",
    "serves": "#a0a0a0",
}
_DARK_TIER_COLOURS = {"low": "#3d5a6b", "medium": "#5f92b5", "high": "#f08a4b", "critical": "#ff5d73"}


def render_css() -> str:
    """The CSS: the rules for a light page, then the differences for a dark one."""
    rules = [
        f"svg{{font-family:{FONT}}}",
        ".ground{fill:#ffffff}.name{font-size:13px;font-weight:600;fill:#16202a}.small{font-size:11px;fill:#46525e}",
        ".chip{font-size:10px;fill:#16202a}.heading{font-size:15px;font-weight:600;fill:#16202a}",
        ".slot{fill:#ffffff;stroke:#b9c4ce}.empty{fill:none;stroke:#c9d2da;stroke-dasharray:2 3}.prod{fill:#e3ebf2}",
        ".canary{fill:#d55e00}.line{fill:none;stroke-width:1.6}.outside .box,.early .box{stroke-dasharray:5 3}.outside{opacity:.7}",
        ".retired .box{stroke:#8a949e}.retired .name{fill:#566069}.edge:hover .line{stroke-width:4}.node:hover .box{stroke-width:2.4}",
        *(f".{kind} .box{{fill:{fill};stroke:{line}}}" for kind, (fill, line, _) in NODE_COLOURS.items()),
        *(
            f".{kind} .line{{stroke:{colour}{_dash_style(kind)}}}.head-{kind}{{fill:{colour}}}"
            for kind, colour in EDGE_COLOURS.items()
        ),
        *(f".tier-{tier}{{fill:{colour}}}" for tier, colour in TIER_COLOURS.items()),
    ]
    dark = [
        ".ground{fill:#0d1117}.name,.heading,.chip{fill:#e8eef4}.small{fill:#a9b6c2}.slot{fill:#0d1117;stroke:#4b5966}.empty{stroke:#3a4651}",
        ".prod{fill:#243443}.canary{fill:#ff8a3d}.retired .name{fill:#97a3ae}",
        *(f".{kind} .box{{fill:{fill}}}" for kind, fill in _DARK_NODE_COLOURS.items()),
        *(
            f".{kind} .line{{stroke:{colour}}}.head-{kind}{{fill:{colour}}}"
            for kind, colour in _DARK_EDGE_COLOURS.items()
        ),
        *(f".tier-{tier}{{fill:{colour}}}" for tier, colour in _DARK_TIER_COLOURS.items()),
    ]
    return "".join(rules) + f"@media (prefers-color-scheme:dark){{{''.join(dark)}}}"


def _dash_style(kind: str) -> str:
    dash = f";stroke-dasharray:{EDGE_DASHES[kind]}" if kind in EDGE_DASHES else ""
    return dash + (f";stroke-width:{EDGE_WIDTHS[kind]}" if kind in EDGE_WIDTHS else "")
