#!/usr/bin/env bash
# Makes each peer of bench/dedup an environment of its own from its pinned list in requirements/, or only the peers named.
# Usage: bench/peers/install.sh [NAME ...]. A peer that does not install is reported at the end and in the bench's table.
set -uo pipefail

here="$(cd "$(dirname "$0")" && pwd)"
folder="${GRISTMILL_PEERS_DEDUP:-$HOME/.cache/gristmill/peers-dedup}"
mkdir -p "$folder"

# text-dedup 0.4.1 wants Python 3.12 or newer, the others run on what we run on.
python_for() {
    [ "$1" = text-dedup ] || { echo "${PYTHON:-3.11}"; return; }
    [ -n "${PYTHON312:-}" ] && { echo "$PYTHON312"; return; }
    ls "$HOME"/.pyenv/versions/3.12*/bin/python 2>/dev/null | head -1 | grep . || echo 3.12
}

names=("$@")
[ ${#names[@]} -gt 0 ] || names=($(basename -s .txt "$here"/requirements/*.txt))
failed=()
for name in "${names[@]}"; do
    rm -f "$folder/$name.failed"
    [ -x "$folder/$name/bin/python" ] || uv venv -q --python "$(python_for "$name")" "$folder/$name"
    if uv pip install -q --python "$folder/$name/bin/python" -r "$here/requirements/$name.txt" 2>"$folder/$name.log"; then
        echo "$name: $folder/$name/bin/python"
    else
        tail -1 "$folder/$name.log" >"$folder/$name.failed"
        failed+=("$name")
    fi
done
[ ${#failed[@]} -eq 0 ] || { echo "not installed: ${failed[*]}; why: $folder/NAME.log" >&2; exit 1; }
