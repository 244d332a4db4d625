#!/usr/bin/env bash
# Puts the workflow's identity token where boto3 looks for it (AWS_WEB_IDENTITY_TOKEN_FILE); nobody else may read it.
set -euo pipefail
umask 077
curl --silent --show-error --fail \
  --header "Authorization: bearer ${ACTIONS_ID_TOKEN_REQUEST_TOKEN:?}" \
  "${ACTIONS_ID_TOKEN_REQUEST_URL:?}&audience=sts.amazonaws.com" \
  | .venv/bin/python -c 'import json, sys; print(json.load(sys.stdin)["value"], end="")' >"${AWS_WEB_IDENTITY_TOKEN_FILE:?}"
