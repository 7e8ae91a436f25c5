"""What each command does: one module per command, which turns options into a request and the result into output and an exit code.

`compiler/cli/` declares the arguments and options; it imports a module of this package only when its command runs.
"""
