#!/bin/sh
# Writes uv.lock anew from pyproject.toml, and its hashed exports to requirements/. `tools/lock.sh --upgrade` takes the
# newest releases; without it only what pyproject.toml changed moves. Needs the network; uv is installed for it alone.
set -eu
cd "$(dirname "$0")/.."
python=$(tools/environment.sh run)
venv=.venv/lock
[ -x "$venv/bin/uv" ] || { "$python" -m venv --clear "$venv" && "$venv/bin/python" -m pip install --quiet uv; }
export UV_DEFAULT_INDEX=https://pypi.org/simple UV_PYTHON="$python"
"$venv/bin/uv" lock "$@"
export="$venv/bin/uv export --quiet --locked --no-emit-project --format requirements-txt --no-header"
$export --no-dev -o requirements/run.txt
$export --no-dev --extra s3 -o requirements/s3.txt
$export -o requirements/dev.txt
