locals {
  # Sums over five minutes that must be zero.
  never = merge(
    {
      pipeline-failed    = { namespace = "AWS/States", metric = "ExecutionsFailed", dimensions = local.pipeline, means = "A run failed." }
      pipeline-timed-out = { namespace = "AWS/States", metric = "ExecutionsTimedOut", dimensions = local.pipeline, means = "A run took too long." }
      dispatch-throttled = { namespace = "AWS/Lambda", metric = "Throttles", dimensions = { FunctionName = var.functions["dispatch"] }, means = "Deliveries wait: dispatch is throttled." }
    },
    { for name in values(var.functions) : "${trimprefix(name, "${var.scope.name}-")}-errors" => {
      namespace = "AWS/Lambda", metric = "Errors", dimensions = { FunctionName = name }, means = "${name} raised an error."
    } },
    { for name in var.jobs : "${trimprefix(name, "${var.scope.name}-")}-errors" => {
      namespace  = "Glue", metric = "glue.error.ALL", means = "A run of the job ${name} failed."
      dimensions = { JobName = name, JobRunId = "ALL", Type = "count", ObservabilityGroup = "error" }
    } },
  )
  pipeline = { StateMachineArn = local.state_machine_arn }
}

resource "aws_cloudwatch_metric_alarm" "never" {
  for_each = local.never

  alarm_name          = "${var.scope.name}-${each.key}"
  alarm_description   = "${each.value.means} See docs/runbooks/failed-run.md."
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.this.arn]
}

# No news is bad news: an alarm that goes off when nothing succeeds, for whatever reason nothing does.
resource "aws_cloudwatch_metric_alarm" "stale" {
  alarm_name          = "${var.scope.name}-stale"
  alarm_description   = "No run succeeded for ${var.freshness_hours} hours. See docs/runbooks/failed-run.md."
  namespace           = "AWS/States"
  metric_name         = "ExecutionsSucceeded"
  dimensions          = local.pipeline
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = var.freshness_hours
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]
}
