# What a deployment makes and changes: the resources this stack has, under its own names, and nothing else.
data "aws_iam_policy_document" "roles" {
  # A role without the boundary could do anything, so this role can neither make one nor take the boundary off.
  statement {
    sid       = "MakeRolesInsideTheBoundary"
    actions   = ["iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary"]
    resources = [local.stack_roles]

    condition {
      test     = "StringEquals"
      variable = "iam:PermissionsBoundary"
      values   = [local.boundary]
    }
  }

  statement {
    sid = "KeepRoles"
    actions = [
      "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription", "iam:TagRole", "iam:UntagRole",
      "iam:DeleteRole",
    ]
    resources = [local.stack_roles]
  }

  statement {
    sid       = "HandRolesToTheirServices"
    actions   = ["iam:PassRole"]
    resources = [local.stack_roles]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = [for service in ["glue", "lambda", "scheduler", "states"] : "${service}.amazonaws.com"]
    }
  }

  statement {
    sid = "KeepAnalystPolicy"
    actions = [
      "iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicyVersion", "iam:DeletePolicy", "iam:TagPolicy",
      "iam:UntagPolicy",
    ]
    resources = [local.analyst_policy]
  }
}

data "aws_iam_policy_document" "storage" {
  statement {
    sid = "KeepBuckets"
    actions = [
      "s3:CreateBucket", "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration", "s3:PutBucketPublicAccessBlock",
      "s3:PutBucketPolicy", "s3:PutBucketNotification", "s3:PutBucketLogging", "s3:PutLifecycleConfiguration",
      "s3:PutBucketTagging",
    ]
    resources = local.buckets
  }

  # Builds are kept for good: none is deleted, and each is written once.
  statement {
    sid       = "KeepBuilds"
    actions   = ["s3:PutObject", "s3:AbortMultipartUpload"]
    resources = ["${local.artifacts}/builds/*", "${local.artifacts}/environments/*"]
  }

  statement {
    sid       = "WriteState"
    actions   = ["s3:PutObject"]
    resources = ["arn:${var.scope.partition}:s3:::${var.state.bucket}/${var.state.key}"]
  }

  # A new key carries the stack's tags from its first moment; they say which keys are the stack's.
  statement {
    sid       = "MakeKeys"
    actions   = ["kms:CreateKey", "kms:TagResource"]
    resources = ["*"]

    dynamic "condition" {
      for_each = local.own_tags

      content {
        test     = "StringEquals"
        variable = "aws:RequestTag/${condition.key}"
        values   = [condition.value]
      }
    }
  }

  statement {
    sid = "KeepKeys"
    actions = [
      "kms:EnableKeyRotation", "kms:PutKeyPolicy", "kms:UpdateKeyDescription", "kms:CreateAlias", "kms:UpdateAlias",
      "kms:Encrypt", "kms:GenerateDataKey", "kms:CreateGrant",
    ]
    resources = [local.keys]

    dynamic "condition" {
      for_each = local.own_tags

      content {
        test     = "StringEquals"
        variable = "aws:ResourceTag/${condition.key}"
        values   = [condition.value]
      }
    }
  }

  statement {
    sid       = "NameKeys"
    actions   = ["kms:CreateAlias", "kms:UpdateAlias"]
    resources = ["${local.arns.kms}:alias/${var.scope.name}"]
  }
}

data "aws_iam_policy_document" "compute" {
  statement {
    sid = "KeepFunctions"
    actions = [
      "lambda:CreateFunction", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "lambda:DeleteFunction",
      "lambda:PublishVersion",
      "lambda:AddPermission", "lambda:RemovePermission", "lambda:PutFunctionEventInvokeConfig",
      "lambda:UpdateFunctionEventInvokeConfig", "lambda:DeleteFunctionEventInvokeConfig", "lambda:PutFunctionConcurrency",
      "lambda:DeleteFunctionConcurrency", "lambda:TagResource", "lambda:UntagResource",
    ]
    resources = [local.functions]
  }

  statement {
    sid = "KeepMachine"
    actions = [
      "states:CreateStateMachine", "states:UpdateStateMachine", "states:PublishStateMachineVersion",
      "states:DeleteStateMachineVersion", "states:CreateStateMachineAlias", "states:UpdateStateMachineAlias",
      "states:TagResource", "states:UntagResource",
    ]
    resources = [local.machines]
  }

  # No database is ever deleted by a deployment. A table only says where files lie: going back takes away those that the
  # failed build had made, and a plan that takes away any other is refused before it is applied.
  statement {
    sid = "KeepCatalogAndJobs"
    actions = [
      "glue:CreateDatabase", "glue:UpdateDatabase", "glue:CreateTable", "glue:UpdateTable", "glue:DeleteTable", "glue:CreateJob",
      "glue:UpdateJob", "glue:DeleteJob", "glue:TagResource", "glue:UntagResource",
    ]
    resources = concat(local.catalog, [local.tables, local.jobs])
  }

  statement {
    sid       = "KeepSecurityConfiguration"
    actions   = ["glue:CreateSecurityConfiguration", "glue:DeleteSecurityConfiguration"]
    resources = ["*"] # The actions know no resource.
  }

  statement {
    sid = "KeepQueries"
    actions = [
      "athena:CreateWorkGroup", "athena:UpdateWorkGroup", "athena:CreateNamedQuery", "athena:UpdateNamedQuery",
      "athena:DeleteNamedQuery", "athena:TagResource", "athena:UntagResource",
    ]
    resources = [local.workgroup]
  }
}
