#!/usr/bin/env bash
# Runs a peer's Python: bench/peers/python.sh NAME ARGUMENT ..., e.g. bench/peers/python.sh datasketch -c 'import datasketch'
set -euo pipefail
folder="${GRISTMILL_PEERS_DEDUP:-$HOME/.cache/gristmill/peers-dedup}"
python="$folder/${1:?expected the name of a peer: one of bench/peers/requirements/*.txt}/bin/python"
[ -x "$python" ] || { echo "no $python: bench/peers/install.sh $1 makes it" >&2; exit 1; }
exec "$python" "${@:2}"
