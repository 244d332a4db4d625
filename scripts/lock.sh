#!/usr/bin/env bash
# Recompile the hash-pinned locks: lock.sh UV_VERSION
set -euo pipefail
uv=.tools/uv/bin/uv
[ -x "$uv" ] || { python3 -m venv .tools/uv && .tools/uv/bin/pip install --quiet "uv==$1"; }
"$uv" pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 \
  --extra spark --group local --group contracts --group wrangler --group test --group lint --group build \
  pyproject.toml -o requirements.lock
echo 'checkov==3.3.30' | "$uv" pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 \
  - -o requirements-checkov.lock
"$uv" pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 \
  --extra spark --group peers pyproject.toml -o requirements-peers.lock
