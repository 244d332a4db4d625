#!/usr/bin/env bash
# Everything that is checked about Terraform without AWS: format, validity, module tests, checkov.
set -euo pipefail
python=.venv/bin/python checkov=.tools/checkov/bin/checkov

mirror=$($python -c 'from assay.terraform import plugin_folder; print(plugin_folder() or "")')
data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
export TF_IN_AUTOMATION=1 TF_INPUT=0 TF_CLI_ARGS=-no-color

terraform fmt -check -recursive -diff terraform
for folder in terraform terraform/bootstrap; do
  TF_DATA_DIR=$data/$(basename "$folder")
  export TF_DATA_DIR
  echo "terraform validate: $folder"
  terraform -chdir="$folder" init -backend=false ${mirror:+-plugin-dir="$mirror"} >"$data/init.log" || {
    cat "$data/init.log"
    exit 1
  }
  terraform -chdir="$folder" validate
done
TF_DATA_DIR=$data/terraform terraform -chdir=terraform test
# checkov counts a file it cannot parse as no finding, so the count is looked at here.
$checkov -d terraform --framework terraform --skip-download --compact --quiet | tee "$data/checkov.log"
if grep -q 'Parsing errors: [1-9]' "$data/checkov.log"; then
  echo "checkov could not parse every file, so nothing is proven" >&2
  exit 1
fi
