"""JSON that every reader takes."""

import json


def dump_json(body: object) -> str:
    """The JSON text, ending in a newline; a character that UTF-8 has no bytes for is a question mark."""
    return json.dumps(body, indent=2, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8") + "\n"
