"""`python docs/generate.py [--check]`: the pages below docs/reference/ and pictures of the sample, made from the code."""

import sys
from pathlib import Path

from pages import render_pages, render_pictures

FOLDER = Path(__file__).parent / "reference"


def main(*, check: bool) -> int:
    """Write the pages that are stale; with `check` only say which, and return 1 if any is."""
    rendered_files = {FOLDER / name: text for name, text in render_pages().items()}
    rendered_files |= {FOLDER.parent / name: text for name, text in render_pictures().items()}
    obsolete_files = set(FOLDER.glob("*.md")) - rendered_files.keys()
    stale = [
        path for path, text in rendered_files.items() if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    for path in sorted([*obsolete_files, *stale]):
        sys.stderr.write(
            f"{'stale' if check else 'wrote' if path in rendered_files else 'removed'}: {path.relative_to(FOLDER.parent)}\n"
        )
    if check:
        return 1 if stale or obsolete_files else 0
    FOLDER.mkdir(exist_ok=True)
    for path in stale:
        path.write_text(rendered_files[path], encoding="utf-8")
    for path in obsolete_files:
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
