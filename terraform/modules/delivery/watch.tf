# The rest of what a deployment keeps: triggers, alerts, logs.
data "aws_iam_policy_document" "watch" {
  statement {
    sid = "KeepTriggers"
    actions = [
      "events:PutRule", "events:DeleteRule", "events:PutTargets", "events:RemoveTargets", "events:TagResource",
      "events:UntagResource", "scheduler:CreateSchedule", "scheduler:UpdateSchedule", "scheduler:DeleteSchedule",
      "scheduler:CreateScheduleGroup", "scheduler:DeleteScheduleGroup", "scheduler:TagResource",
      "scheduler:UntagResource",
    ]
    resources = [local.rules, local.schedule_groups, local.schedules]
  }

  statement {
    sid = "KeepAlerts"
    actions = [
      "sns:CreateTopic", "sns:SetTopicAttributes", "sns:Subscribe", "sns:SetSubscriptionAttributes", "sns:TagResource",
      "sns:UntagResource", "cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms", "cloudwatch:TagResource",
      "cloudwatch:UntagResource", "cloudwatch:PutDashboard", "cloudwatch:DeleteDashboards",
    ]
    resources = [local.topics, local.alarms, local.dashboards]
  }

  # Events that nobody was told of.
  statement {
    sid = "KeepQueue"
    actions = [
      "sqs:CreateQueue", "sqs:SetQueueAttributes", "sqs:DeleteQueue", "sqs:TagQueue", "sqs:UntagQueue",
    ]
    resources = [local.queues]
  }

  statement {
    sid       = "EndSubscriptions"
    actions   = ["sns:Unsubscribe"]
    resources = ["*"] # The action knows no resource but the topic's owner.
  }

  statement {
    sid = "KeepLogs"
    actions = [
      "logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:PutRetentionPolicy", "logs:AssociateKmsKey",
      "logs:DisassociateKmsKey", "logs:TagResource", "logs:UntagResource",
    ]
    resources = local.log_groups
  }

  # Whoever gives a state machine its log must be allowed to deliver to it.
  statement {
    sid = "DeliverLogsOfExecutions"
    actions = [
      "logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery",
      "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies",
    ]
    resources = ["*"] # The actions know no resource.
  }
}
