"""Other programs that do comparable work, each in an environment of its own below `.venv-bench/`, with pinned versions."""

import hashlib
import subprocess
import sys
import venv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from processes import ROOT


@dataclass(frozen=True)
class Peer:
    """A program, and the packages that install it."""

    program: str
    requirements: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Its environment; another one for other packages."""
        digest = hashlib.sha256("\n".join((sys.version, *self.requirements)).encode()).hexdigest()
        return ROOT / ".venv-bench" / f"{self.program}-{digest[:12]}"


CHECK_JSONSCHEMA = Peer("check-jsonschema", ("check-jsonschema==0.39.0",))
KAPITAN = Peer("kapitan", ("kapitan==0.36.3", "reclass-rs==0.11.0"))
DBT = Peer("dbt", ("dbt-core==1.10.23", "dbt-duckdb==1.11.1"))
PEERS = (CHECK_JSONSCHEMA, KAPITAN, DBT)


@cache
def program_path(peer: Peer) -> str | None:
    """The program, installed if necessary; `None`, and a message on stderr, if that is not possible."""
    program, is_ready = peer.folder / "bin" / peer.program, peer.folder / "ready"
    if not is_ready.exists():
        print(f"installing {' '.join(peer.requirements)} in {peer.folder.relative_to(ROOT)}", file=sys.stderr)
        venv.create(peer.folder, with_pip=True, clear=True)
        command = [str(peer.folder / "bin/python"), "-m", "pip", "install", "--quiet", *peer.requirements]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode:
            reason = (result.stderr.strip().splitlines() or ["pip failed"])[-1]
            print(f"SKIPPED: {peer.program} cannot be installed: {reason}", file=sys.stderr)
            return None
        is_ready.touch()
    return str(program)
