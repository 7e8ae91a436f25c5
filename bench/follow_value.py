"""Lists the functions that a value of a spec passes on its way to the files of a build.

python bench/follow_value.py FILE OLD NEW VALUE -- ARGUMENTS OF MODELYARD

    python bench/follow_value.py models/payments/card-fraud.yaml "max: 12" "max: 7919" 7919 -- build card-fraud --env prod --no-cache

In FILE, the text OLD is replaced by NEW, which contains VALUE; VALUE occurs nowhere else. Then Modelyard runs in this process, and
each function of `compiler/` counts that receives or returns plain data with the value, such as text, bytes, or a tree of them. The
way of a value is longer if more functions copy or convert it; objects that hold a whole project do not count.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from types import CodeType, FrameType

import compiler
from compiler.cli import main as run_modelyard

PACKAGE = f"{Path(compiler.__file__).parent}/"
MAX_DEPTH, MAX_ITEMS = 12, 3000


class ValueTracer:
    """A profile function that notes the functions which handle a value, in the order of their first call."""

    def __init__(self, value: str) -> None:
        self._text, self._bytes = value, value.encode()
        self._number = int(value) if value.isdecimal() else None
        self.functions: dict[CodeType, None] = {}
        self._remaining = 0

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        """Called by Python at each call and return."""
        code = frame.f_code
        if code in self.functions or not code.co_filename.startswith(PACKAGE):
            return
        if event == "call":
            count = code.co_argcount + code.co_kwonlyargcount
            values: Iterable[object] = [frame.f_locals.get(name) for name in code.co_varnames[:count]]
        else:
            values = (argument,) if event == "return" else ()
        if any(map(self.has_value, values)):
            self.functions[code] = None

    def has_value(self, data: object) -> bool:
        """Whether plain data contains the value."""
        self._remaining = MAX_ITEMS
        return self._has_value(data, MAX_DEPTH)

    def _has_value(self, data: object, depth: int) -> bool:
        self._remaining -= 1
        if self._remaining < 0 or depth == 0:
            return False
        if isinstance(data, str):
            return self._text in data
        if isinstance(data, bytes):
            return self._bytes in data
        if isinstance(data, dict):
            return any(self._has_value(item, depth - 1) for item in data.values())
        if isinstance(data, list | tuple):
            return any(self._has_value(item, depth - 1) for item in data)
        return type(data) is int and data == self._number


def main(file: Path, old: str, new: str, value: str) -> None:
    """Edit the file, run Modelyard with the remaining arguments, and print the functions by file."""
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    tracer = ValueTracer(value)
    exit_code: object = None
    sys.setprofile(tracer)
    try:
        run_modelyard()
    except SystemExit as end:
        exit_code = end.code
    finally:
        sys.setprofile(None)
    by_file: dict[str, list[str]] = {}
    for function in tracer.functions:
        by_file.setdefault(function.co_filename.removeprefix(PACKAGE), []).append(function.co_qualname)
    for path, names in by_file.items():
        print(f"{path}: {', '.join(names)}")
    print(f"exit code {exit_code}; {len(tracer.functions)} functions in {len(by_file)} files handle {value}")


if __name__ == "__main__":
    separator = sys.argv.index("--")
    own_arguments, sys.argv = sys.argv[1:separator], ["modelyard", *sys.argv[separator + 1 :]]
    main(Path(own_arguments[0]), *own_arguments[1:])
