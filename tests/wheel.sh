#!/bin/sh
# Runs the tests marked `wheel` against an installed wheel, as a user has it: in an environment of its own, without the source.
# Usage: wheel.sh ENVIRONMENT, a virtual environment that holds the wheel with its extra `test` (`make wheel-environment`).
set -eu

environment=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

git ls-files -z | tar --create --null --files-from=- | tar --extract --directory "$work"
rm -rf "$work/compiler" "$work/schemas" "$work/templates"

cd "$work"
echo "running the tests against the wheel, without compiler/, schemas/ and templates/"
# shellcheck disable=SC2086  # several arguments on purpose
"$environment/bin/python" -m pytest -m wheel ${PYTEST_ARGS:-}
