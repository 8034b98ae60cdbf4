#!/bin/sh
# Set-up of a checkout: the pinned packages in .venv, this package on top, Delta's jars in the cache folder.
# Run by `make setup`; without make: sh scripts/setup.sh. PYTHON chooses the interpreter, VENV the folder.
set -eu
cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-python3}
VENV=${VENV:-.venv}
STAMP=${STAMP:-$VENV/.set-up}

say() { printf '%s\n' "$*"; }
die() { say "setup: $*" >&2; exit 1; }

# A checksum and not a date: a fresh checkout gives files new dates, and an edit of pyproject.toml a new sum.
wanted=$(cat requirements.lock pyproject.toml scripts/setup.sh | cksum)
if [ -x "$VENV/bin/python" ] && [ "$(cat "$STAMP" 2>/dev/null || true)" = "$wanted" ]; then exit 0; fi

if [ ! -x "$VENV/bin/python" ]; then
  command -v "$PYTHON" >/dev/null 2>&1 || die "expected Python 3.11 or newer as '$PYTHON', found none. Install it, or name another: make setup PYTHON=/path/to/python3.12"
  "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    die "expected Python 3.11 or newer, '$PYTHON' is $("$PYTHON" -V 2>&1). Name another: make setup PYTHON=python3.12"
  say "setup: making $VENV with $("$PYTHON" -V)"
  if ! "$PYTHON" -m venv "$VENV" >/dev/null 2>&1; then
    rm -rf "$VENV"
    command -v uv >/dev/null 2>&1 ||
      die "'$PYTHON -m venv' does not work here (on Debian and Ubuntu: apt-get install python3-venv), and there is no uv"
    uv venv --quiet --python "$PYTHON" "$VENV"
  fi
fi
python=$VENV/bin/python

# uv installs in one or two minutes what takes pip ten. The lock pins it with its hashes as everything else, so it
# comes first by pip; a uv from PATH is taken where the environment has no pip.
has_pip() { "$python" -m pip --version >/dev/null 2>&1; }
uv=
if [ -x "$VENV/bin/uv" ]; then
  uv=$VENV/bin/uv
elif has_pip; then
  awk '/^[a-z0-9]/ { on = ($0 ~ /^uv==/) } on' requirements.lock > "$VENV/uv.txt"
  if "$python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r "$VENV/uv.txt"; then uv=$VENV/bin/uv; fi
elif command -v uv >/dev/null 2>&1; then
  uv=uv
fi
if [ -n "$uv" ]; then "$uv" --version >/dev/null 2>&1 || uv=; fi

say "setup: installing $(grep -c '^[a-z0-9].*==' requirements.lock) pinned packages (6 GB, most of it PyTorch; a few minutes the first time)"
if [ -n "$uv" ]; then
  # pip's mirror, where one is set: uv does not read pip's configuration.
  if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ] && has_pip; then
    mirror=${PIP_INDEX_URL:-$("$python" -m pip config get global.index-url 2>/dev/null || true)}
    if [ -n "$mirror" ]; then UV_DEFAULT_INDEX=$mirror; export UV_DEFAULT_INDEX; fi
  fi
  UV_HTTP_TIMEOUT=${UV_HTTP_TIMEOUT:-300}; export UV_HTTP_TIMEOUT
  "$uv" pip install --quiet --python "$python" --require-hashes -r requirements.lock
  "$uv" pip install --quiet --python "$python" --no-deps -e .
elif has_pip; then
  # --no-deps: the lock is complete, and without it pip resolves the whole tree again, which takes longer than to install it.
  "$python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
  "$python" -m pip install --quiet --disable-pip-version-check --no-deps -e .
else
  die "$VENV has neither pip nor uv. Remove the folder $VENV and run this again."
fi

say "setup: Java and Delta's jars"
"$python" -m jobs.lake.jars >/dev/null
printf '%s' "$wanted" > "$STAMP"
say "setup: done"
