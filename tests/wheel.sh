#!/bin/sh
# Runs the tests marked `wheel` against a wheel, as a user has it: in a fresh environment, without the source.
set -eu

wheel=$(realpath "$1")
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$python" -m venv "$work/venv"
echo "installing $(basename "$wheel") with its test extra into a fresh environment"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$wheel[test]"

mkdir "$work/checkout"
git ls-files -z | tar --create --null --files-from=- | tar --extract --directory "$work/checkout"
rm -rf "$work/checkout/compiler" "$work/checkout/schemas" "$work/checkout/templates"

cd "$work/checkout"
echo "running the tests against it, without compiler/, schemas/ and templates/"
# shellcheck disable=SC2086  # several arguments on purpose
"$work/venv/bin/python" -m pytest -m wheel ${PYTEST_ARGS:-}
