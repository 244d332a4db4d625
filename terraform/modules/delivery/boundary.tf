# The boundary of every role in the stack: at most this, whatever the role's own policy says. It keeps a deployment, which
# writes those policies, from giving a function or a job more than data of this stack.
locals {
  boundary = "${local.iam}:policy${local.path}${var.scope.name}-boundary"
}

data "aws_iam_policy_document" "boundary" {
  statement {
    sid = "UseDataOfThisStack"
    actions = [
      "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListBucket",
      "s3:ListBucketVersions", "s3:ListBucketMultipartUploads", "s3:ListMultipartUploadParts", "s3:GetBucketLocation",
    ]
    resources = flatten([for bucket in local.buckets : [bucket, "${bucket}/*"]])
  }

  # Key policies are the account's; which key is which a role's own policy says.
  statement {
    sid       = "UseKeys"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [local.keys]
  }

  statement {
    sid = "RunThisStack"
    actions = [
      "lambda:InvokeFunction", "states:StartExecution", "states:StopExecution", "states:DescribeExecution",
      "states:GetExecutionHistory", "states:ListExecutions", "states:DescribeStateMachine", "glue:StartJobRun",
      "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun", "glue:GetTable", "glue:GetDatabase", "sns:Publish",
      "athena:StartQueryExecution", "athena:StopQueryExecution", "athena:GetQueryExecution", "athena:GetQueryResults",
      "athena:GetWorkGroup",
    ]
    resources = concat(
      [local.functions, "${local.machines}:*", local.machines, local.executions, local.jobs, local.tables],
      local.catalog, [local.topics, local.workgroup],
    )
  }

  statement {
    sid       = "KeepWhatWasNotTold"
    actions   = ["sqs:SendMessage"]
    resources = [local.queues]
  }

  statement {
    sid       = "SendItsEvents"
    actions   = ["events:PutEvents"]
    resources = ["${local.arns.events}:event-bus/default"]

    condition {
      test     = "StringEquals"
      variable = "events:source"
      values   = ["assay"]
    }
  }

  statement {
    sid = "WriteItsLogs"
    actions = [
      "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:AssociateKmsKey",
      "logs:DescribeLogStreams", "logs:GetLogEvents", "logs:FilterLogEvents",
    ]
    resources = concat(local.log_groups, [for end in ["", ":*"] : "${local.arns.logs}:log-group:/aws-glue/jobs/*${end}"])
  }

  statement {
    sid = "TellWhatItDoes"
    actions = [
      "xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets",
      "cloudwatch:PutMetricData", "glue:GetSecurityConfiguration", "logs:CreateLogDelivery", "logs:GetLogDelivery",
      "logs:UpdateLogDelivery", "logs:DeleteLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy",
      "logs:DescribeResourcePolicies", "logs:DescribeLogGroups",
    ]
    resources = ["*"] # The actions know no resource.
  }
}

resource "aws_iam_policy" "boundary" {
  name        = "${var.scope.name}-boundary"
  path        = local.path
  description = "What any role of ${var.scope.name} may do at most."
  policy      = data.aws_iam_policy_document.boundary.json
}
