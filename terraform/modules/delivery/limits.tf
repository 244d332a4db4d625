# What no deployment may do, whatever is added above: these denials win over every permission.
data "aws_iam_policy_document" "limits" {
  statement {
    sid    = "NeverDeleteData"
    effect = "Deny"
    actions = [
      "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:DeleteObjectVersion", "s3:PutBucketObjectLockConfiguration",
    ]
    resources = ["*"]
  }

  statement {
    sid           = "DeleteTheLockOnly"
    effect        = "Deny"
    actions       = ["s3:DeleteObject"]
    not_resources = ["arn:${var.scope.partition}:s3:::${var.state.bucket}/${var.state.key}.tflock"]
  }

  statement {
    sid    = "NeverEndAKeyOrADatabase"
    effect = "Deny"
    actions = [
      "kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:DeleteImportedKeyMaterial", "glue:BatchDeleteTable",
      "glue:DeleteDatabase",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "NeverLeaveTheBoundary"
    effect    = "Deny"
    actions   = ["iam:DeleteRolePermissionsBoundary"]
    resources = ["*"]
  }

  statement {
    sid     = "NeverChangeItsOwnPermissions"
    effect  = "Deny"
    actions = ["iam:*"]
    resources = [
      "${local.iam}:role${local.path}*", "${local.iam}:policy${local.path}*", "${local.iam}:user/*", "${local.iam}:group/*",
      "${local.iam}:oidc-provider/*",
    ]
  }
}
