"""What to write instead of a filter that templates do not have, such as those of Helm, Ansible and Jinja itself."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from compiler.foundation.suggestions import closest_match

_WHOLE = "place the map or the list whole, as in `key: {{ value }}`: it becomes a map of the output, at its indentation"
_TYPED = "remove the filter: a value keeps its type, and is quoted where YAML or JSON needs it"
_ENCODED = "use the encoder of the language around the value, such as `shell`, `promql`, `html`, `urlpath` or `json`"
_PLACED = "values are placed, not computed: use a field of the context that holds the result"
ADVICE: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("toyaml", "to_yaml", "to_nice_yaml", "yaml", "indent", "nindent"), _WHOLE),
        **dict.fromkeys(("quote", "squote", "string", "str", "int", "float", "bool", "tostring", "safe"), _TYPED),
        **dict.fromkeys(("e", "escape", "forceescape", "urlencode", "b64encode", "regex_escape", "xmlattr"), _ENCODED),
        **dict.fromkeys(
            (
                "abs",
                "add",
                "attr",
                "capitalize",
                "format",
                "max",
                "min",
                "replace",
                "regex_replace",
                "round",
                "split",
                "sum",
                "title",
            ),
            _PLACED,
        ),
        **dict.fromkeys(("tojson", "to_json", "to_nice_json"), f"use `json` inside a text; else {_WHOLE}"),
    }
)


def unknown_filter_advice(name: str, known_filters: Iterable[str]) -> str:
    """The advice for an unknown filter; else the closest filter, or all of them."""
    names = sorted(known_filters)
    advice = ADVICE.get(name.lower())
    if advice is not None:
        return advice
    match = closest_match(name, names)
    return f"did you mean `{match}`?" if match else f"the filters are {', '.join(names)}"
