# What the workflows do with the stack besides changing it: smoke tests, backfills.
data "aws_iam_policy_document" "smoke" {
  # A deployment proves itself on a dataset of its own; it reads results, and no other data.
  statement {
    sid       = "DeliverCanaries"
    actions   = ["s3:PutObject"]
    resources = ["arn:${var.scope.partition}:s3:::${var.scope.name}-bronze/canary/*"]
  }

  statement {
    sid       = "ReadRunsAndLeaveRecords"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${local.control}/*"]
  }

  statement {
    sid       = "RunVersionsAndJobs"
    actions   = ["states:StartExecution", "states:StopExecution", "lambda:InvokeFunction"]
    resources = [local.machines, "${local.machines}:*", local.executions, local.functions]
  }

  statement {
    sid = "CheckWithSql"
    actions = [
      "athena:StartQueryExecution", "athena:StopQueryExecution", "athena:GetQueryExecution", "athena:GetQueryResults",
      "athena:ListNamedQueries", "glue:GetPartition", "glue:GetPartitions",
    ]
    resources = concat([local.workgroup, local.tables], local.catalog)
  }

  statement {
    sid     = "ReadWhatChecksRead"
    actions = ["s3:GetObject"]
    resources = [
      for layer in ["bronze", "silver", "gold", "quarantine"] : "arn:${var.scope.partition}:s3:::${var.scope.name}-${layer}/*"
    ]
  }

  statement {
    sid       = "KeepAnswersOfChecks"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"]
    resources = ["arn:${var.scope.partition}:s3:::${var.scope.name}-athena-results/${var.scope.name}/*"]
  }

  # What tell_people did with a rehearsal is in its log: nobody's mailbox is read.
  statement {
    sid       = "SeeWhatWasTold"
    actions   = ["logs:FilterLogEvents"]
    resources = [for end in ["", ":*"] : "${local.arns.logs}:log-group:/aws/lambda/${var.scope.name}-tell-people${end}"]
  }

  statement {
    sid       = "TellOfDeployments"
    actions   = ["events:PutEvents"]
    resources = ["${local.arns.events}:event-bus/default"]

    condition {
      test     = "StringEquals"
      variable = "events:source"
      values   = ["assay"]
    }
  }
}

data "aws_iam_policy_document" "backfill" {
  statement {
    sid     = "SeeWhatIsCurrentAndWhatArrived"
    actions = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = concat(
      [for keys in ["*/current/*", "*/snapshots/*", "*/runs/*/_SUCCESS"] : "arn:${var.scope.partition}:s3:::${var.scope.name}-silver/${keys}"],
      ["arn:${var.scope.partition}:s3:::${var.scope.name}-bronze/*", "${local.control}/*"],
    )
  }

  statement {
    sid       = "ListWhatArrived"
    actions   = ["s3:ListBucket", "s3:ListBucketVersions"]
    resources = [for layer in ["bronze", "silver", "control"] : "arn:${var.scope.partition}:s3:::${var.scope.name}-${layer}"]
  }

  statement {
    sid       = "DeclareBackfills"
    actions   = ["s3:PutObject"]
    resources = ["${local.control}/backfills/*"]
  }

  statement {
    sid       = "SeeRunsAndSizes"
    actions   = ["states:DescribeExecution", "states:GetExecutionHistory", "glue:GetJob"]
    resources = [local.executions, local.jobs]
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
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
}

# Only after the environment's reviewers: starting a run, and answering for them when it asks.
data "aws_iam_policy_document" "start_runs" {
  statement {
    sid       = "AskDispatch"
    actions   = ["lambda:InvokeFunction"]
    resources = ["${local.arns.lambda}:function:${var.scope.name}-dispatch"]
  }

  statement {
    sid       = "RecordApprovals"
    actions   = ["s3:PutObject"]
    resources = ["${local.control}/approvals/*"]
  }

  statement {
    sid       = "AnswerTheWaitingState"
    actions   = ["states:SendTaskSuccess", "states:SendTaskFailure"]
    resources = ["*"] # The token names the state; without it, from the control bucket, nothing can be answered.
  }
}
