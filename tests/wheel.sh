#!/bin/sh
# Runs the suite against a wheel, as somebody who installed it would: in a fresh environment, with the source gone.
set -eu

wheel=$(realpath "$1")
python=${PYTHON:-python3}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

"$python" -m venv "$place/venv"
echo "installing $(basename "$wheel") with its test extra into a fresh environment"
"$place/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$wheel[test]"

mkdir "$place/checkout"
git ls-files -z | tar --create --null --files-from=- | tar --extract --directory "$place/checkout"
rm -rf "$place/checkout/compiler" "$place/checkout/schemas" "$place/checkout/templates"

cd "$place/checkout"
echo "running the tests against it, without compiler/, schemas/ and templates/"
# shellcheck disable=SC2086  # several arguments on purpose
"$place/venv/bin/python" -m pytest ${PYTEST_ARGS:-}
