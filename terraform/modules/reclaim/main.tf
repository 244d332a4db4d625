# The only role that may delete data, and only files of runs and corrections of erased rows: `assay gc` takes it for as
# long as it deletes. Versions stay until the lifecycle rules end them, so a mistake can be undone.
locals {
  arns      = { for layer, bucket in var.buckets : layer => "arn:${var.scope.partition}:s3:::${bucket}" }
  collected = [for layer in ["silver", "gold", "quarantine"] : local.arns[layer]]
}

resource "aws_iam_role" "this" {
  name                 = "${var.scope.name}-gc"
  description          = "Deletes files of runs that no snapshot needs. People take it through assay gc."
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.scope.boundary
  max_session_duration = 3600
}

resource "aws_iam_role_policy" "this" {
  name   = "gc"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.this.json
}

# Who of the account may take it is a matter of their own policies (sts:AssumeRole on this role).
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${var.scope.partition}:iam::${var.scope.account_id}:root"]
    }
  }
}

data "aws_iam_policy_document" "this" {
  statement {
    sid     = "DeleteFilesOfRuns"
    actions = ["s3:DeleteObject"]
    resources = concat(
      flatten([for arn in local.collected : ["${arn}/*/runs/*/attempt=*", "${arn}/*/audit/*"]]),
      ["${local.arns["quarantine"]}/*/corrections/*"],
    )
  }

  statement {
    sid       = "NeverDeleteAnythingElse"
    effect    = "Deny"
    actions   = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
    resources = flatten([for arn in local.collected : ["${arn}/*/current/*", "${arn}/*/snapshots/*", "${arn}/*/_SUCCESS"]])
  }

  statement {
    sid     = "SeeWhatIsReachable"
    actions = ["s3:GetObject"]
    resources = concat(
      flatten([for arn in local.collected : ["${arn}/*/current/*", "${arn}/*/snapshots/*"]]),
      ["${local.arns["silver"]}/*/runs/*/_SUCCESS"],
      ["${local.arns["control"]}/runs/*", "${local.arns["control"]}/leases/*"],
      ["${local.arns["quarantine"]}/*/corrections/*"],
    )
  }

  statement {
    sid       = "ListWhatIsThere"
    actions   = ["s3:ListBucket"]
    resources = concat(local.collected, [local.arns["control"]])
  }

  # While it deletes, no run of the dataset works.
  statement {
    sid       = "HoldLeases"
    actions   = ["s3:PutObject"]
    resources = ["${local.arns["control"]}/leases/*"]
  }

  statement {
    sid     = "AskWhetherRunsWork"
    actions = ["states:DescribeExecution"]
    resources = [
      "arn:${var.scope.partition}:states:${var.scope.region}:${var.scope.account_id}:execution:${var.scope.name}-pipeline:*",
    ]
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
  }
}
