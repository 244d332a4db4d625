#!/usr/bin/env bash
# Start a planned backfill and, where its run waits for an approval to begin, give the one that the reviewers gave.
# The second approval, after the comparison, stays with people: this only tells that it is waited for.
set -euo pipefail
backfill=$1 reviewed_at=$2
assay=.venv/bin/assay
env=${ASSAY_ENV:?}

waits_for() {
  $assay backfill status "$backfill" --json \
    | .venv/bin/python -c 'import json, sys; print(json.load(sys.stdin)["waits_for_approval_of"] or "")'
}

if grep -Eq '^approvals *= *"off"' "terraform/envs/$env.tfvars"; then
  $assay backfill start "$backfill" --yes
  exit
fi
$assay backfill start "$backfill"
for _ in $(seq 60); do
  if [ "$(waits_for)" = start ]; then
    $assay backfill approve "$backfill" --reason "reviewed at $reviewed_at"
    exit
  fi
  sleep 5
done
echo "the run of $backfill did not ask for its approval within 5 minutes; see: assay backfill status $backfill" >&2
exit 1
