"""`python -m compiler`: the same as the command `modelyard`."""

from compiler.cli import main

if __name__ == "__main__":
    main()
