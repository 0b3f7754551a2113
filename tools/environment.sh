#!/bin/sh
# Makes sure that the virtual environment for `run`, `s3` or `dev` is there and current, and prints its Python on standard output.
#
#   tools/environment.sh run|s3|dev
#
# PYTHON names the interpreter; without it the first one that really runs and is new enough is taken. The environment
# lives in .venv/<interpreter tag>-<kind> and keeps a copy of the requirements it was made from: while that is equal to
# the current one, nothing is installed.
set -eu

kind=$1
cd "$(dirname "$0")/.."
requirements=requirements/$kind.txt

say() { printf '%s\n' "$*" >&2; }
fail() { say "$@"; exit 1; }

[ -f "$requirements" ] || fail "There is no $requirements: it is run, s3 or dev."

# Prints the interpreter's tag, such as py311; fails where it does not run or is too old. A version manager's shim can
# exist for a version that is not installed, so nothing counts but a run.
tag_of() {
    "$1" -c 'import sys
if sys.version_info < (3, 11): sys.exit(1)
print("py%d%d" % sys.version_info[:2])' 2>/dev/null
}

if [ -n "${PYTHON:-}" ]; then
    python=$PYTHON
    tag=$(tag_of "$python") || fail "PYTHON=$PYTHON does not run, or is older than Python 3.11. Name one that is 3.11 or newer."
else
    tag=
    for python in python3 python3.13 python3.12 python3.11 python; do
        if command -v "$python" >/dev/null 2>&1 && tag=$(tag_of "$python"); then break; fi
        tag=
    done
    [ -n "$tag" ] || fail "No Python 3.11 or newer was found. Install one (Debian 12 or newer: apt-get install python3 python3-venv)," \
        "or name one: make PYTHON=/path/to/python3"
fi

venv=.venv/$tag-$kind
made_from=$venv/requirements.txt

if cmp -s "$requirements" "$made_from" && "$venv/bin/python" -c '' 2>/dev/null; then
    printf '%s\n' "$venv/bin/python"
    exit 0
fi

"$python" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "$python has no venv module. On Debian and Ubuntu: apt-get install python3-venv. Then run this again."

if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    say "Making $venv ..."
    "$python" -m venv --clear "$venv" >&2
fi
say "Installing what $requirements lists into $venv ..."
rm -f "$made_from"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --only-binary :all: \
    -r "$requirements" >&2 ||
    fail "The packages could not be installed; pip says why above. Once that is settled, run this again: it goes on from here."
cp "$requirements" "$made_from"
printf '%s\n' "$venv/bin/python"
