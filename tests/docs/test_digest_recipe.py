"""The shell commands of the guide compute the digest that `modelyard digest` prints."""

import subprocess
from pathlib import Path

from compiler.artifacts.local_digest import local_digest
from compiler.commands.common.digest_progress import SILENT

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "digests.md"


def test_the_shell_of_the_guide_computes_the_same_digest(tmp_path) -> None:
    for path in ("b/c d", "B", "a", ".hidden", "größe", ".cache/huggingface/download/a.lock", ".cache/other"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path, encoding="utf-8")
    recipe = GUIDE.read_text(encoding="utf-8").partition("```sh\n")[2].partition("```")[0]
    assert "sha256sum" in recipe
    script = recipe.replace("cd FOLDER", f"cd '{tmp_path}'")
    printed = subprocess.run(["sh", "-eu", "-c", script], check=True, capture_output=True, text=True).stdout
    assert f"sha256:{printed.split()[0]}" == local_digest(tmp_path, SILENT).digest
