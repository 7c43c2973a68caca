#!/usr/bin/env bash
# Installs the peers into virtual environments below $PEERS (target/peers), with PYTHON (python3.11).
# Some 7 GB, since PyPI's PyTorch for Linux brings CUDA with it. Needs a C++ compiler and uv (installed where absent).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
peers=${PEERS:-target/peers}
mkdir -p "$peers"
peers=$(cd "$peers" && pwd)
# On the same file system, so that the environments share their files.
export UV_CACHE_DIR=${UV_CACHE_DIR:-$peers/cache}

if ! command -v uv >/dev/null; then
    [ -x "$peers/uv/bin/uv" ] || { python3 -m venv "$peers/uv" && "$peers/uv/bin/pip" install --quiet uv==0.13.9; }
    PATH=$peers/uv/bin:$PATH
fi
for name in torch sample-factory pufferlib; do
    [ -x "$peers/$name/bin/python" ] || uv venv --quiet --python "${PYTHON:-python3.11}" "$peers/$name"
    uv pip install --quiet --python "$peers/$name/bin/python" --requirements "$here/requirements/$name.txt"
done

# There is only a source package. Without its games, which it would fetch from the network, its setup.py
# misses a name; and it has to be compiled against the PyTorch that is there.
if ! "$peers/pufferlib/bin/python" -c 'import pufferlib' 2>/dev/null; then
    packages=$("$peers/pufferlib/bin/python" -c 'import site; print(site.getsitepackages()[0])')
    echo 'import builtins; builtins.c_extension_paths = []' >"$packages/sitecustomize.py"
    NO_OCEAN=1 uv pip install --quiet --python "$peers/pufferlib/bin/python" \
        --no-build-isolation --no-deps pufferlib==3.0.0
    rm "$packages/sitecustomize.py"
fi
