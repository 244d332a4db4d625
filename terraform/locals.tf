data "aws_partition" "current" {}

locals {
  partition  = data.aws_partition.current.partition
  repository = abspath("${path.root}/..")
  artifacts  = abspath(startswith(var.artifacts_dir, "/") ? var.artifacts_dir : "${path.root}/${var.artifacts_dir}")
  build_id   = jsondecode(file("${local.artifacts}/manifest.json")).build_id

  # Who and where, for the modules that build ARNs of things other modules own.
  scope = {
    name        = var.name
    environment = var.environment
    account_id  = var.account_id
    region      = var.region
    partition   = local.partition
    boundary    = var.bounded_roles ? "arn:${local.partition}:iam::${var.account_id}:policy/delivery/${var.name}-boundary" : null
  }

  # Names that more than one module needs; each is created by one of them.
  regional       = "${var.region}:${var.account_id}"
  state_machine  = "${var.name}-pipeline"
  pipeline_alias = "arn:${local.partition}:states:${local.regional}:stateMachine:${local.state_machine}:live"
}
