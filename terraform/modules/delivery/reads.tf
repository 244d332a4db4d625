# What `terraform plan` looks at: settings of this stack's resources, never a row of data.
locals {
  layers    = ["bronze", "silver", "gold", "quarantine", "control", "artifacts", "athena-results"]
  buckets   = [for layer in local.layers : "arn:${var.scope.partition}:s3:::${var.scope.name}-${layer}"]
  artifacts = "arn:${var.scope.partition}:s3:::${var.scope.name}-artifacts"
  control   = "arn:${var.scope.partition}:s3:::${var.scope.name}-control"
  database  = replace(var.scope.name, "-", "_")

  # Every resource of the stack is named after it; that is what keeps these policies to this stack.
  arns = {
    for service in ["athena", "cloudwatch", "events", "glue", "kms", "lambda", "logs", "scheduler", "sns", "sqs", "states"] :
    service => "arn:${var.scope.partition}:${service}:${var.scope.region}:${var.scope.account_id}"
  }
  iam             = "arn:${var.scope.partition}:iam::${var.scope.account_id}"
  stack_roles     = "${local.iam}:role/${var.scope.name}-*"
  analyst_policy  = "${local.iam}:policy/${var.scope.name}-analyst"
  functions       = "${local.arns.lambda}:function:${var.scope.name}-*"
  machines        = "${local.arns.states}:stateMachine:${var.scope.name}-*"
  executions      = "${local.arns.states}:execution:${var.scope.name}-*"
  jobs            = "${local.arns.glue}:job/${var.scope.name}-*"
  catalog         = ["${local.arns.glue}:catalog", "${local.arns.glue}:database/${local.database}"]
  tables          = "${local.arns.glue}:table/${local.database}/*"
  workgroup       = "${local.arns.athena}:workgroup/${var.scope.name}"
  queues          = "${local.arns.sqs}:${var.scope.name}-*"
  topics          = "${local.arns.sns}:${var.scope.name}-*"
  rules           = "${local.arns.events}:rule/${var.scope.name}-*"
  alarms          = "${local.arns.cloudwatch}:alarm:${var.scope.name}-*"
  dashboards      = "arn:${var.scope.partition}:cloudwatch::${var.scope.account_id}:dashboard/${var.scope.name}*"
  keys            = "${local.arns.kms}:key/*"
  own_tags        = { project = "assay", environment = var.scope.environment }
  schedule_groups = "${local.arns.scheduler}:schedule-group/${var.scope.name}-*"
  schedules       = "${local.arns.scheduler}:schedule/${var.scope.name}-*/*"
  log_groups = flatten([
    for prefix in ["/aws/lambda/", "/aws-glue/jobs/", "/aws/vendedlogs/states/"] :
    [for end in ["", ":*"] : "${local.arns.logs}:log-group:${prefix}${var.scope.name}*${end}"]
  ])
}

data "aws_iam_policy_document" "read" {
  statement {
    sid = "ReadSettingsOfBuckets"
    actions = [
      "s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:GetReplicationConfiguration",
      "s3:GetAccelerateConfiguration", "s3:ListBucket", "s3:ListTagsForResource",
    ]
    resources = local.buckets
  }

  statement {
    sid       = "ReadBuilds"
    actions   = ["s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion", "s3:GetObjectAttributes"]
    resources = ["${local.artifacts}/builds/*", "${local.artifacts}/environments/*"]
  }

  statement {
    sid = "ReadRolesAndPolicies"
    actions = [
      "iam:GetRole", "iam:GetRolePolicy", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies", "iam:ListRoleTags",
      "iam:ListInstanceProfilesForRole", "iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListPolicyVersions",
    ]
    resources = [local.stack_roles, local.analyst_policy]
  }

  statement {
    sid = "ReadFunctionsAndMachines"
    actions = [
      "lambda:GetFunction", "lambda:GetFunctionConfiguration", "lambda:GetFunctionCodeSigningConfig",
      "lambda:GetFunctionConcurrency", "lambda:GetFunctionEventInvokeConfig", "lambda:GetPolicy", "lambda:ListTags",
      "lambda:ListVersionsByFunction", "states:DescribeStateMachine", "states:DescribeStateMachineAlias",
      "states:ListStateMachineVersions", "states:ListStateMachineAliases", "states:ListTagsForResource",
      "states:DescribeExecution", "states:GetExecutionHistory", "states:ListExecutions",
    ]
    resources = [local.functions, local.machines, local.executions]
  }

  statement {
    sid = "ReadCatalogAndJobs"
    actions = [
      "glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:GetTags", "glue:GetJob", "glue:GetJobRun",
      "glue:GetJobRuns", "glue:GetPartitionIndexes",
    ]
    resources = concat(local.catalog, [local.tables, local.jobs])
  }

  statement {
    sid = "ReadTriggersAlertsAndQueries"
    actions = [
      "events:DescribeRule", "events:ListTargetsByRule", "events:ListTagsForResource", "scheduler:GetSchedule",
      "scheduler:GetScheduleGroup", "scheduler:ListTagsForResource", "sns:GetTopicAttributes", "sns:ListTagsForResource",
      "sns:ListSubscriptionsByTopic", "sqs:GetQueueAttributes", "sqs:ListQueueTags", "cloudwatch:ListTagsForResource", "cloudwatch:GetDashboard",
      "athena:GetWorkGroup", "athena:GetNamedQuery", "athena:ListTagsForResource", "logs:ListTagsForResource",
      "logs:DescribeLogStreams", "logs:GetLogEvents",
    ]
    resources = concat(
      [local.rules, local.schedule_groups, local.schedules, local.topics, "${local.topics}:*", local.queues],
      [local.alarms, local.dashboards, local.workgroup], local.log_groups,
    )
  }

  statement {
    sid     = "ReadKeys"
    actions = ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags", "kms:Decrypt"]

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
    sid = "ListWhatHasNoName"
    actions = [
      "cloudwatch:DescribeAlarms", "glue:GetSecurityConfiguration", "kms:ListAliases", "logs:DescribeLogGroups",
      "sns:GetSubscriptionAttributes", "states:ValidateStateMachineDefinition",
    ]
    resources = ["*"] # The actions know no resource, or one that nobody knows before.
  }
}

# A plan reads the state, and holds its lock while it does.
data "aws_iam_policy_document" "state" {
  statement {
    sid       = "FindState"
    actions   = ["s3:ListBucket", "s3:GetBucketLocation"]
    resources = ["arn:${var.scope.partition}:s3:::${var.state.bucket}"]
  }

  statement {
    sid       = "ReadState"
    actions   = ["s3:GetObject"]
    resources = ["arn:${var.scope.partition}:s3:::${var.state.bucket}/${var.state.key}"]
  }

  statement {
    sid       = "HoldLock"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = ["arn:${var.scope.partition}:s3:::${var.state.bucket}/${var.state.key}.tflock"]
  }

  statement {
    sid       = "UseKeyOfState"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.state.kms_key_arn]
  }
}

data "aws_iam_policy_document" "drift" {
  statement {
    sid       = "TellOfDrift"
    actions   = ["events:PutEvents"]
    resources = ["${local.arns.events}:event-bus/default"]

    condition {
      test     = "StringEquals"
      variable = "events:source"
      values   = ["assay"]
    }

    condition {
      test     = "StringEquals"
      variable = "events:detail-type"
      values   = ["Drift Found"]
    }
  }
}
