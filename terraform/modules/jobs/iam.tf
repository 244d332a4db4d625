locals {
  arns = { for layer, bucket in var.buckets : layer => "arn:${var.scope.partition}:s3:::${bucket}" }

  # What a job may read, and where it may write. It writes only under its runs: nothing it can reach is current.
  # Whole buckets in `reads`: S3A asks for every parent of a key, which a prefix ending in "/*" would refuse.
  reads = {
    bronze_to_silver = ["bronze", "silver", "quarantine", "control"]
    compact          = ["silver", "control"]
    silver_to_gold   = ["silver", "gold", "quarantine", "control"]
  }
  writes = {
    bronze_to_silver = ["silver", "quarantine"]
    compact          = ["silver"]
    silver_to_gold   = ["gold"]
  }
}

resource "aws_iam_role" "this" {
  for_each = local.names

  name                 = each.value
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.scope.boundary
}

resource "aws_iam_role_policy" "this" {
  for_each = local.names

  name   = "job"
  role   = aws_iam_role.this[each.key].id
  policy = data.aws_iam_policy_document.job[each.key].json
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["glue.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "job" {
  for_each = local.names

  statement {
    sid     = "ReadData"
    actions = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = concat(
      [for layer in local.reads[each.key] : "${local.arns[layer]}/*"],
      # A run that began before a deployment ends on the build it began with.
      ["${local.arns["artifacts"]}/builds/*"],
    )
  }

  statement {
    sid       = "ListData"
    actions   = ["s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"]
    resources = [for layer in concat(local.reads[each.key], ["artifacts"]) : local.arns[layer]]
  }

  statement {
    sid     = "WriteUnderRuns"
    actions = ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
    resources = flatten([
      for layer in local.writes[each.key] : [for room in ["runs", "audit"] : "${local.arns[layer]}/*/${room}/*"]
    ])
  }

  # Spark moves finished files out of its scratch folder. Nothing that a manifest names lies in one.
  statement {
    sid       = "ClearOwnScratch"
    actions   = ["s3:DeleteObject"]
    resources = [for layer in local.writes[each.key] : "${local.arns[layer]}/*/runs/*/_temporary/*"]
  }

  statement {
    sid           = "NeverDeleteData"
    effect        = "Deny"
    actions       = ["s3:DeleteObject*"]
    not_resources = [for layer in local.writes[each.key] : "${local.arns[layer]}/*/runs/*/_temporary/*"]
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
  }

  statement {
    sid     = "WriteLogs"
    actions = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:AssociateKmsKey"]
    resources = [
      "arn:${var.scope.partition}:logs:${var.scope.region}:${var.scope.account_id}:log-group:/aws-glue/jobs/*",
    ]
  }

  statement {
    sid       = "ReadOwnSecurityConfiguration"
    actions   = ["glue:GetSecurityConfiguration"]
    resources = ["*"] # The action knows no resource.
  }

  statement {
    sid       = "WriteMetrics"
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"] # The action knows no resource; the namespace narrows it.

    condition {
      test     = "StringEquals"
      variable = "cloudwatch:namespace"
      values   = ["Glue"]
    }
  }
}
