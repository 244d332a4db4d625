locals {
  roles = {
    state_machine = { service = "states.amazonaws.com", name = local.name }
    scheduler     = { service = "scheduler.amazonaws.com", name = "${var.scope.name}-scheduler" }
  }
}

data "aws_iam_policy_document" "trust" {
  for_each = local.roles

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = [each.value.service]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.scope.account_id]
    }
  }
}

resource "aws_iam_role" "state_machine" {
  name                 = local.roles.state_machine.name
  assume_role_policy   = data.aws_iam_policy_document.trust["state_machine"].json
  permissions_boundary = var.scope.boundary
}

resource "aws_iam_role_policy" "state_machine" {
  name   = "pipeline"
  role   = aws_iam_role.state_machine.id
  policy = data.aws_iam_policy_document.state_machine.json
}

data "aws_iam_policy_document" "state_machine" {
  statement {
    sid       = "CallFunctions"
    actions   = ["lambda:InvokeFunction"]
    resources = [for task in local.tasks : "${var.function_arns[task]}:*"] # Versions, never $LATEST.
  }

  statement {
    sid     = "RunJobs"
    actions = ["glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"]
    resources = [
      for job in values(var.job_names) :
      "arn:${var.scope.partition}:glue:${var.scope.region}:${var.scope.account_id}:job/${job}"
    ]
  }

  statement {
    sid = "DeliverLogs"
    actions = [
      "logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery",
      "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups",
    ]
    resources = ["*"] # The actions know no resource.
  }

  statement {
    sid       = "WriteTraces"
    actions   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"]
    resources = ["*"] # The actions know no resource.
  }
}

resource "aws_iam_role" "scheduler" {
  name                 = local.roles.scheduler.name
  assume_role_policy   = data.aws_iam_policy_document.trust["scheduler"].json
  permissions_boundary = var.scope.boundary
}

resource "aws_iam_role_policy" "scheduler" {
  name   = "dispatch"
  role   = aws_iam_role.scheduler.id
  policy = data.aws_iam_policy_document.scheduler.json
}

data "aws_iam_policy_document" "scheduler" {
  statement {
    sid       = "CallFunctions"
    actions   = ["lambda:InvokeFunction"]
    resources = [local.dispatch, local.find_late, local.quarantine_digest, local.check_freshness]
  }

  statement {
    sid       = "ReadSchedule"
    actions   = ["kms:Decrypt"]
    resources = [var.kms_key_arn]
  }
}
