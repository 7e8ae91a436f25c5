"""Signatures by SSH keys, made and verified by `ssh-keygen -Y` (OpenSSH 8.2 and later)."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from compiler.foundation.errors import HostError

NAMESPACE = "modelyard-approval"
"""What the signatures are for: a signature of a commit, or of a file, is none of an approval."""
_TIMEOUT_SECONDS = 20
_HELP = "Install OpenSSH 8.2 or later (Debian and Ubuntu: `apt-get install openssh-client`), and see that `ssh-keygen` is on the PATH."


def find_ssh_keygen() -> str:
    """The full path of ssh-keygen; raises `HostError` if no absolute folder of the `PATH` has it."""
    for folder in filter(os.path.isabs, os.get_exec_path()):
        if program := shutil.which(Path(folder) / "ssh-keygen"):
            return program
    raise HostError("ssh-keygen, which signs and verifies approvals, was not found.", help=_HELP)


def sign(statement: bytes, key: Path) -> bytes:
    """The signature of a statement by a key; ssh-keygen asks for its passphrase. Raises `HostError` if it cannot sign."""
    result = _run(["-Y", "sign", "-q", "-f", str(key.absolute()), "-n", NAMESPACE], statement, timeout=None)
    if result.returncode or not result.stdout:
        reason = result.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no signature was made"]
        raise HostError(f"ssh-keygen could not sign with `{key}`: {reason[0]}", help="Give the path of an SSH key.")
    return result.stdout


def is_valid_signature(statement: bytes, signature: bytes, allowed_signers: bytes, principal: str) -> bool:
    """Whether a principal of the allowed signers signed the statement."""
    with tempfile.TemporaryDirectory(prefix="modelyard-signature-", ignore_cleanup_errors=True) as folder:
        signers_file, signature_file = Path(folder, "allowed_signers"), Path(folder, "signature")
        signers_file.write_bytes(allowed_signers)
        signature_file.write_bytes(signature)
        arguments = ["-Y", "verify", "-q", "-f", str(signers_file), "-I", principal, "-n", NAMESPACE]
        return _run([*arguments, "-s", str(signature_file)], statement, _TIMEOUT_SECONDS).returncode == 0


def _run(arguments: Sequence[str], stdin: bytes, timeout: float | None) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(  # noqa: S603 - the program is ssh-keygen, and no argument is a shell's
            [find_ssh_keygen(), *arguments], input=stdin, capture_output=True, check=False, timeout=timeout
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise HostError(f"ssh-keygen failed: {error}", help=_HELP) from error
