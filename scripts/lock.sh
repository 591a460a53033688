#!/usr/bin/env bash
# Writes the lock files in requirements/ from pyproject.toml: exact versions with hashes,
# for every platform and every supported Python.
#
#   scripts/lock.sh                        keeps the versions that still fit
#   scripts/lock.sh --upgrade              takes the newest of everything
#   scripts/lock.sh --upgrade-package X    takes the newest X
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

UV_VERSION=0.13.8
tool_dir=build/lock
uv=$tool_dir/bin/uv

if [ "$("$uv" --version 2>/dev/null | cut -d' ' -f2)" != "$UV_VERSION" ]; then
    rm -rf "$tool_dir"
    python3 -m venv "$tool_dir"
    "$tool_dir/bin/python" -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION"
fi

mkdir -p requirements

# compile OUTPUT WHAT-IT-IS ARGUMENT...
compile() {
    local output=$1 title=$2
    shift 2
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-emit-index-url --no-emit-find-links --annotation-style line \
        --output-file "$output" "$@" >/dev/null
    {
        printf '# %s\n# Written by scripts/lock.sh; change pyproject.toml and run it instead of editing this.\n' "$title"
        grep -v '^#' "$output"
    } >"$output.new"
    mv "$output.new" "$output"
}

compile requirements/build.txt "What installing the checkout needs." \
    "$@" --group pyproject.toml:build
compile requirements/run.txt "What reporter needs to run." \
    "$@" --constraint requirements/build.txt pyproject.toml
compile requirements/dev.txt "Everything: running, installing, testing, checking." \
    "$@" --constraint requirements/build.txt --constraint requirements/run.txt \
    --group pyproject.toml:dev pyproject.toml

if grep -nE 'https?://|index-url|find-links|file:' requirements/*.txt; then
    echo "lock.sh: a lock file names a place; it must name packages only" >&2
    exit 1
fi
for file in requirements/*.txt; do
    printf '%s: %s packages\n' "$file" "$(grep -c '^[a-z0-9]' "$file")"
done
