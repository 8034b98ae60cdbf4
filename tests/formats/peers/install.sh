#!/usr/bin/env bash
# Throwaway environments with the peers that tests/formats/test_targets_peers.py compares with: only what their data
# modules import. Usage: GRISTMILL_PEERS=FOLDER tests/formats/peers/install.sh [PYTHON with torch and transformers],
# then: GRISTMILL_PEERS=FOLDER .venv/bin/python -m pytest tests/formats/test_targets_peers.py
set -euo pipefail

python="${1:-.venv/bin/python}"
peers="${GRISTMILL_PEERS:?expected the folder to put them in}"
site="$("$python" -c 'import site; print(site.getsitepackages()[0])')"

# torch and transformers are looked up in our own environment: a copy for each peer would take 6 GB.
make() {
    [ -d "$peers/$1" ] || uv venv -q -p "$python" "$peers/$1"
    echo "$site" > "$("$peers/$1/bin/python" -c 'import site; print(site.getsitepackages()[0])')/zz_ours.pth"
    uv pip install -q -p "$peers/$1/bin/python" datasets pillow psutil aiohttp
    uv pip install -q -p "$peers/$1/bin/python" --no-deps accelerate peft "${@:2}"
}

make trl trl
make llamafactory llamafactory av omegaconf antlr4-python3-runtime
make swift ms-swift modelscope modelscope-hub json-repair attrdict addict
make axolotl axolotl addict
make unsloth unsloth_zoo trl
