"""`python docs/generate.py [--check]`: generates the pages of docs/reference/ and the pictures of the sample portfolio."""

import sys
from pathlib import Path

from pages import pictures, texts

FOLDER = Path(__file__).parent / "reference"


def main(*, check: bool) -> int:
    """Write the pages that are stale; with `check` only say which, and return 1 if any is."""
    pages = {FOLDER / name: text for name, text in texts().items()}
    pages |= {FOLDER.parent / name: text for name, text in pictures().items()}
    obsolete = set(FOLDER.glob("*.md")) - pages.keys()
    stale = [path for path, text in pages.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    for path in sorted([*obsolete, *stale]):
        sys.stderr.write(
            f"{'stale' if check else 'wrote' if path in pages else 'removed'}: {path.relative_to(FOLDER.parent)}\n"
        )
    if check:
        return 1 if stale or obsolete else 0
    FOLDER.mkdir(exist_ok=True)
    for path in stale:
        path.write_text(pages[path], encoding="utf-8")
    for path in obsolete:
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
