# How GitHub Actions comes to this account: it shows a token that GitHub signed, and gets the one role that its subject
# may take, for an hour or two. There is no access key anywhere.
#
# This module is applied by bootstrap/, not by the stack: the role that deploys cannot be made, nor changed, by what it
# deploys. For the same reason its roles and policies lie under a path of their own.
locals {
  path     = "/delivery/"
  issuer   = "token.actions.githubusercontent.com"
  provider = "arn:${var.scope.partition}:iam::${var.scope.account_id}:oidc-provider/${local.issuer}"

  # What the workflows do, who may ask for it, and by which policies. Without a repository there is only the boundary.
  on_main        = "ref:refs/heads/${try(var.github.branch, "")}"
  in_environment = "environment:${var.scope.environment}"
  purposes = {
    plan = {
      does     = "Plans a deployment; reads only."
      asked_by = local.on_main
      policies = ["read", "state"]
    }
    drift = {
      does     = "Compares the stack with its state every night; reads, and sends one event."
      asked_by = local.on_main
      policies = ["read", "state", "drift"]
    }
    deploy = {
      does     = "Deploys, smoke-tests and reverts builds."
      asked_by = local.in_environment
      policies = ["read", "state", "roles", "storage", "compute", "watch", "smoke", "limits"]
    }
    backfill-plan = {
      does     = "Plans backfills; changes no data."
      asked_by = local.on_main
      policies = ["backfill"]
    }
    backfill-start = {
      does     = "Starts backfills that the environment's reviewers saw."
      asked_by = local.in_environment
      policies = ["backfill", "start-runs"]
    }
  }
  roles = { for name, purpose in local.purposes : name => purpose if var.github != null }

  # Repositories made after 15 July 2026 have subjects with ids, which a later owner of the same name cannot have.
  by_name = try("repo:${var.github.owner}/${var.github.repository}", "")
  by_id   = try("repo:${var.github.owner}@${var.github.owner_id}/${var.github.repository}@${var.github.repository_id}", null)
  prefixes = concat(
    local.by_id == null ? [] : [local.by_id],
    local.by_id == null || try(var.github.also_by_name, false) ? [local.by_name] : [],
  )
}

resource "aws_iam_openid_connect_provider" "github" {
  count = var.create_provider && var.github != null ? 1 : 0

  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "this" {
  for_each = local.roles

  name                 = "${var.scope.name}-${each.key}"
  path                 = local.path
  description          = each.value.does
  assume_role_policy   = data.aws_iam_policy_document.trust[each.key].json
  max_session_duration = 7200

  depends_on = [aws_iam_openid_connect_provider.github]
}

data "aws_iam_policy_document" "trust" {
  #checkov:skip=CKV_AWS_358: It knows no subjects with ids; tests/terraform/test_delivery.py holds each role to exact subjects.
  for_each = local.roles

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [local.provider]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:sub"
      values   = [for prefix in local.prefixes : "${prefix}:${each.value.asked_by}"]
    }
  }
}

# Managed policies: what the deploy role needs is more than a role can hold in line.
locals {
  documents = {
    read       = data.aws_iam_policy_document.read.json
    state      = data.aws_iam_policy_document.state.json
    drift      = data.aws_iam_policy_document.drift.json
    roles      = data.aws_iam_policy_document.roles.json
    storage    = data.aws_iam_policy_document.storage.json
    compute    = data.aws_iam_policy_document.compute.json
    watch      = data.aws_iam_policy_document.watch.json
    smoke      = data.aws_iam_policy_document.smoke.json
    limits     = data.aws_iam_policy_document.limits.json
    backfill   = data.aws_iam_policy_document.backfill.json
    start-runs = data.aws_iam_policy_document.start_runs.json
  }
  attachments = merge([
    for role, purpose in local.roles : { for name in purpose.policies : "${role}/${name}" => [role, name] }
  ]...)
}

resource "aws_iam_policy" "this" {
  for_each = { for name, document in local.documents : name => document if var.github != null }

  name        = "${var.scope.name}-${each.key}"
  path        = local.path
  description = "Part of what GitHub Actions may do with ${var.scope.name}: ${each.key}."
  policy      = each.value
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = local.attachments

  role       = aws_iam_role.this[each.value[0]].name
  policy_arn = aws_iam_policy.this[each.value[1]].arn
}
