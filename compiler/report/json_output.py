"""JSON that every reader accepts."""

import json


def dump_json(body: object) -> str:
    """The JSON text with a final newline; characters that UTF-8 cannot encode become question marks."""
    return json.dumps(body, indent=2, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8") + "\n"
