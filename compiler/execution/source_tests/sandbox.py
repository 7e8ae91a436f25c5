"""Restricts the worker before it reads untrusted files.

Three layers, because each misses something: limits of the platform for memory, files and time; Python's audit hook, which blocks
sockets, programs and pickles for Python code; and on Linux a seccomp filter, which blocks sockets, programs and processes for native
code too.
"""

import ctypes
import math
import platform
import sys
from types import ModuleType

from compiler.execution.source_tests.resource_limits import ResourceLimits

_DENIED_EVENT_PREFIXES = (
    "socket.",
    "subprocess.",
    "urllib.",
    "http.client.",
    "ftplib.",
    "smtplib.",
    "pty.",
    "webbrowser.",
)
_DENIED_EVENTS = frozenset(
    {
        "os.system",
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.startfile",
        "os.kill",
        "pickle.find_class",
    }
)

# Numbers of system calls: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h of Linux.
# socket, connect, execve, execveat, io_uring_setup, ptrace, process_vm_writev; on x86-64 fork and vfork too
_X86_64 = (0xC000003E, 56, (41, 42, 59, 322, 425, 101, 311, 57, 58))
_AARCH64 = (0xC00000B7, 220, (198, 203, 221, 281, 425, 117, 271))
_CLONE3 = 435
_CLONE_THREAD = 0x00010000
_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER = 38, 22, 2
_ALLOW, _EPERM, _ENOSYS = 0x7FFF0000, 0x00050000 | 1, 0x00050000 | 38
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06


def enter_sandbox(limits: ResourceLimits) -> None:
    """Give up everything that no test needs; cannot be undone."""
    _set_resource_limits(limits)
    sys.addaudithook(_deny_event)
    _install_seccomp_filter()


def reset_cpu_limit(limits: ResourceLimits) -> None:
    """Give the next job its own CPU seconds."""
    resource = _resource_module()
    if resource is not None:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        soft = math.ceil(usage.ru_utime + usage.ru_stime) + limits.cpu_seconds
        _set_resource_limit(resource, "RLIMIT_CPU", soft, resource.RLIM_INFINITY)


def _set_resource_limits(limits: ResourceLimits) -> None:
    resource = _resource_module()
    if resource is None:
        return
    for name, maximum in (
        ("RLIMIT_AS", limits.memory_bytes),
        ("RLIMIT_FSIZE", limits.file_bytes),
        ("RLIMIT_NOFILE", limits.open_files),
        ("RLIMIT_CORE", 0),
    ):
        _set_resource_limit(resource, name, maximum, maximum)


def _set_resource_limit(resource: ModuleType, name: str, soft: int, hard: int) -> None:
    number = getattr(resource, name, None)
    if number is None:
        return
    current_hard = resource.getrlimit(number)[1]
    hard = (
        current_hard
        if hard == resource.RLIM_INFINITY
        else hard
        if current_hard == resource.RLIM_INFINITY
        else min(hard, current_hard)
    )
    try:
        resource.setrlimit(number, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
    except (ValueError, OSError):  # the platform has the name but not the limit; the wall clock limit applies anyway
        return


def _resource_module() -> ModuleType | None:
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return None
    return resource


def _deny_event(event: str, _: tuple[object, ...]) -> None:
    if event in _DENIED_EVENTS or event.startswith(_DENIED_EVENT_PREFIXES):
        raise PermissionError(f"companion files are not allowed to use {event}")


class _BpfInstruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("k", ctypes.c_uint32))


class _BpfProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("first", ctypes.POINTER(_BpfInstruction)))


def _install_seccomp_filter() -> None:
    """Install a seccomp filter, on Linux and architectures with known system call numbers."""
    syscall_numbers = (
        {"x86_64": _X86_64, "aarch64": _AARCH64}.get(platform.machine()) if sys.platform == "linux" else None
    )
    if syscall_numbers is None:
        return
    instructions = _bpf_instructions(*syscall_numbers)
    instruction_array = (_BpfInstruction * len(instructions))(*(_BpfInstruction(*fields) for fields in instructions))
    program = _BpfProgram(len(instructions), instruction_array)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        libc.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0)


def _bpf_instructions(
    architecture: int, clone: int, denied_syscalls: tuple[int, ...]
) -> list[tuple[int, int, int, int]]:
    """The filter: calls of other architectures and blocked calls fail; `clone` may only create threads."""
    tail = [
        (_LOAD, 0, 0, 16),
        (_ANY_BIT, 0, 1, _CLONE_THREAD),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _EPERM),
        (_RETURN, 0, 0, _ENOSYS),
    ]
    count = len(denied_syscalls)
    body = [(_EQUAL, count - index + 5, 0, number) for index, number in enumerate(denied_syscalls)]
    return [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _EPERM),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, count + 6, 0, 0x40000000),  # calls of the x32 ABI
        *body,
        (_EQUAL, 6, 0, _CLONE3),
        (_EQUAL, 1, 0, clone),
        (_RETURN, 0, 0, _ALLOW),
        *tail,
    ]
