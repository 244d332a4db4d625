#!/usr/bin/env bash
# Make a Python environment from a hash-pinned lock: make_environment.sh FOLDER UV_VERSION [LOCK]
set -euo pipefail
folder=$1 uv_version=$2 lock=${3:-requirements.lock}

python=${PYTHON_FOR_ENVIRONMENT:-python3}
"$python" - <<'CHECK' || { echo "Assay needs Python 3.11 or 3.12 as python3 (found $("$python" --version 2>&1))." >&2; exit 1; }
import sys
sys.exit(not (3, 11) <= sys.version_info < (3, 13))
CHECK

installer=.tools/uv
[ -x "$installer/bin/uv" ] || {
  echo "installing uv $uv_version"
  "$python" -m venv "$installer"
  "$installer/bin/pip" install --quiet "uv==$uv_version"
}
[ -x "$folder/bin/python" ] || "$python" -m venv "$folder"
echo "installing $lock into $folder"
"$installer/bin/uv" pip sync --quiet --require-hashes --python "$folder/bin/python" "$lock"
if [ "$lock" = requirements.lock ]; then
  "$installer/bin/uv" pip install --quiet --no-deps --no-build-isolation --python "$folder/bin/python" -e .
fi
