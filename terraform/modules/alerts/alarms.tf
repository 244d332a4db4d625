locals {
  pipeline = { StateMachineArn = local.state_machine_arn }
  dispatch = { FunctionName = var.functions["dispatch"] }

  # What must not happen: sums over five minutes that stay zero. name => [namespace, metric, dimensions, what it means].
  never = merge(
    {
      pipeline-failed    = ["AWS/States", "ExecutionsFailed", local.pipeline, "A run failed."]
      pipeline-timed-out = ["AWS/States", "ExecutionsTimedOut", local.pipeline, "A run took too long."]
      dispatch-throttled = ["AWS/Lambda", "Throttles", local.dispatch, "Deliveries wait: dispatch is throttled."]
    },
    {
      for name in values(var.functions) : "${trimprefix(name, "${var.scope.name}-")}-errors" =>
      ["AWS/Lambda", "Errors", { FunctionName = name }, "The function ${name} raised an error."]
    },
    {
      for name in var.jobs : "${trimprefix(name, "${var.scope.name}-")}-errors" =>
      ["Glue", "glue.error.ALL", local.job_dimensions[name], "A run of the job ${name} failed."]
    },
  )
  job_dimensions = {
    for name in var.jobs :
    name => { JobName = name, JobRunId = "ALL", Type = "count", ObservabilityGroup = "error" }
  }
}

resource "aws_cloudwatch_metric_alarm" "never" {
  for_each = local.never

  alarm_name          = "${var.scope.name}-${each.key}"
  alarm_description   = "${each.value[3]} See docs/runbooks/failed-run.md."
  namespace           = each.value[0]
  metric_name         = each.value[1]
  dimensions          = each.value[2]
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"

  # That tell_people fails is told by the topic itself.
  alarm_actions = each.key == "tell-people-errors" ? [aws_sns_topic.this.arn] : []
}

# No news is bad news: an alarm that goes off when nothing succeeds, for whatever reason nothing does.
resource "aws_cloudwatch_metric_alarm" "stale" {
  alarm_name          = "${var.scope.name}-stale"
  alarm_description   = "No run succeeded for ${var.freshness_hours} hours. See docs/runbooks/freshness.md."
  namespace           = "AWS/States"
  metric_name         = "ExecutionsSucceeded"
  dimensions          = local.pipeline
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = var.freshness_hours
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
}

# The same for each dataset, from what its runs count themselves. check_freshness says it in words, once a day.
resource "aws_cloudwatch_metric_alarm" "not_fresh" {
  for_each = var.freshness

  alarm_name          = "${var.scope.name}-${each.key}-not-fresh"
  alarm_description   = "No good run of ${each.key} for ${each.value} hours. See docs/runbooks/freshness.md."
  namespace           = "Assay"
  metric_name         = "GoodRuns"
  dimensions          = { environment = var.scope.environment, dataset = each.key }
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = each.value
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
}

# What tell_people was never called with. Two ways to notice, since either may be what is broken.
resource "aws_cloudwatch_metric_alarm" "untold" {
  count = var.keep_untold ? 1 : 0

  alarm_name          = "${var.scope.name}-untold"
  alarm_description   = "Events that people were to hear of wait in the queue ${var.scope.name}-untold. See docs/runbooks/on-call.md."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.untold[0].name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.this.arn]
}

resource "aws_cloudwatch_metric_alarm" "undelivered" {
  for_each = local.rules

  alarm_name          = "${var.scope.name}-${each.key}-undelivered"
  alarm_description   = "The rule ${var.scope.name}-${each.key} cannot call ${each.value.function}. See docs/runbooks/on-call.md."
  namespace           = "AWS/Events"
  metric_name         = "FailedInvocations"
  dimensions          = { RuleName = aws_cloudwatch_event_rule.this[each.key].name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.this.arn]
}
