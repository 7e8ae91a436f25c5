"""`python docs/generate.py [--check]`: the pages below docs/reference/ and pictures of the sample, made from the code."""

import sys
from pathlib import Path

from pages import pictures, texts

FOLDER = Path(__file__).parent / "reference"


def main(*, check: bool) -> int:
    """Write the pages that are stale; with `check` only say which, and return 1 if any is."""
    made = {FOLDER / name: text for name, text in texts().items()}
    made |= {FOLDER.parent / name: text for name, text in pictures().items()}
    gone = set(FOLDER.glob("*.md")) - made.keys()
    stale = [path for path, text in made.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    for path in sorted([*gone, *stale]):
        sys.stderr.write(
            f"{'stale' if check else 'wrote' if path in made else 'removed'}: {path.relative_to(FOLDER.parent)}\n"
        )
    if check:
        return 1 if stale or gone else 0
    FOLDER.mkdir(exist_ok=True)
    for path in stale:
        path.write_text(made[path], encoding="utf-8")
    for path in gone:
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
