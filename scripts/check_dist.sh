#!/usr/bin/env bash
# Builds the wheel and the sdist, installs each into an empty environment outside the checkout, and makes a report.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
checkout=$PWD
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
unset PYTHONPATH

rm -rf dist
.venv/bin/python -m hatchling build -d dist >/dev/null
cp captures/page-node-curl.pcapng "$folder/lab.pcapng"

for package in dist/*.whl dist/*.tar.gz; do
    rm -rf "$folder/venv" "$folder"/out.*
    python3 -m venv "$folder/venv"
    pip=("$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check)
    "${pip[@]}" --require-hashes -r requirements/build.txt
    "${pip[@]}" --require-hashes -r requirements/run.txt
    "${pip[@]}" --no-deps --no-build-isolation "$checkout/$package"
    (
        cd "$folder"
        venv/bin/reporter report lab.pcapng -o out.pdf -o out.html --theme brief
        venv/bin/reporter explain lab.pcapng --frame 5 >/dev/null
        venv/bin/python -c 'import reporter.api, pathlib, reporter; assert (pathlib.Path(reporter.__file__).parent / "py.typed").is_file()'
    )
    printf '%s: installed, %s bytes of PDF\n' "$(basename "$package")" "$(wc -c <"$folder/out.pdf")"
done
