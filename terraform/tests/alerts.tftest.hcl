mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  scope = {
    name        = "assay-test"
    environment = "staging"
    account_id  = "111111111111"
    region      = "eu-west-1"
    partition   = "aws"
  }
  kms_key_arn   = "arn:aws:kms:eu-west-1:111111111111:key/test"
  emails        = ["a@example.com", "b@example.com"]
  state_machine = "assay-test-pipeline"
  functions = {
    dispatch    = "assay-test-dispatch"
    close_run   = "assay-test-close-run"
    tell_people = "assay-test-tell-people"
  }
  freshness   = { orders = 26 }
  jobs        = ["assay-test-bronze-to-silver"]
  keep_untold = true
}

run "whatever_goes_wrong_somebody_gets_a_mail" {
  command = plan

  module {
    source = "./modules/alerts"
  }

  override_resource {
    target          = aws_sns_topic.this
    override_during = plan
    values          = { arn = "arn:aws:sns:eu-west-1:111111111111:assay-test-alerts" }
  }

  override_resource {
    target          = aws_sqs_queue.untold
    override_during = plan
    values          = { arn = "arn:aws:sqs:eu-west-1:111111111111:assay-test-untold" }
  }

  assert {
    condition     = join(" ", sort([for s in aws_sns_topic_subscription.email : "${s.protocol}:${s.endpoint}"])) == "email:a@example.com email:b@example.com"
    error_message = "Every address is subscribed by mail."
  }

  assert {
    condition = join(" ", output.alarms) == join(" ", [
      "assay-test-alarm-rang-undelivered", "assay-test-bronze-to-silver-errors", "assay-test-close-run-errors",
      "assay-test-dispatch-errors", "assay-test-dispatch-throttled", "assay-test-happened-undelivered",
      "assay-test-orders-not-fresh", "assay-test-pipeline-failed",
      "assay-test-pipeline-timed-out", "assay-test-run-ended-badly-undelivered", "assay-test-stale",
      "assay-test-tell-people-errors", "assay-test-untold",
    ])
    error_message = "These alarms watch the stack."
  }

  assert {
    condition = alltrue([
      for alarm in concat(
        values(aws_cloudwatch_metric_alarm.undelivered), aws_cloudwatch_metric_alarm.untold,
        [aws_cloudwatch_metric_alarm.never["tell-people-errors"]],
      ) : one(alarm.alarm_actions) == "arn:aws:sns:eu-west-1:111111111111:assay-test-alerts"
    ])
    error_message = "What keeps people from being told is told by the topic itself."
  }

  assert {
    condition = (
      join(" ", jsondecode(aws_cloudwatch_event_rule.this["alarm-rang"].event_pattern).detail.alarmName) ==
      "assay-test-stale assay-test-dispatch-throttled assay-test-orders-not-fresh"
    )
    error_message = "Alarms are told that say what no run says by itself: silence, and deliveries that wait."
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.stale.period * aws_cloudwatch_metric_alarm.stale.evaluation_periods == 26 * 3600 &&
      aws_cloudwatch_metric_alarm.stale.treat_missing_data == "breaching"
    )
    error_message = "26 hours without a success are an alarm, also when nothing ran at all."
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.not_fresh["orders"].evaluation_periods == 26 &&
      aws_cloudwatch_metric_alarm.not_fresh["orders"].treat_missing_data == "breaching"
    )
    error_message = "A dataset without a good run for as long as its contract allows is an alarm."
  }

  assert {
    condition = (
      join(" ", jsondecode(aws_cloudwatch_event_rule.this["run-ended-badly"].event_pattern).detail.status) == "FAILED TIMED_OUT ABORTED" &&
      jsondecode(aws_cloudwatch_event_rule.this["run-ended-badly"].event_pattern).detail.stateMachineArn[0] == "arn:aws:states:eu-west-1:111111111111:stateMachine:assay-test-pipeline"
    )
    error_message = "Every bad end of an execution is an event."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.this["happened"].event_pattern) == { source = ["assay"], detail = { environment = ["staging"] } }
    error_message = "What happens in another environment of the account is not told here."
  }

  assert {
    condition = alltrue([
      for name, target in aws_cloudwatch_event_target.this :
      target.arn == (
        name == "run-ended-badly" ? "arn:aws:lambda:eu-west-1:111111111111:function:assay-test-close-run" :
        "arn:aws:lambda:eu-west-1:111111111111:function:assay-test-tell-people"
      ) &&
      target.retry_policy[0].maximum_event_age_in_seconds == 86400 &&
      target.dead_letter_config[0].arn == "arn:aws:sqs:eu-west-1:111111111111:assay-test-untold"
    ])
    error_message = "Every event goes to its function, for a day; then it is kept."
  }

  assert {
    condition = alltrue([
      for metric in [
        "RunsRefused", "RowsQuarantined", "QuarantinePercent", "StateSeconds", "RunSeconds", "HoursSinceGoodRun", "RunCostUsd",
      ] : strcontains(aws_cloudwatch_dashboard.this.dashboard_body, "MetricName=\\\"${metric}\\\"")
    ])
    error_message = "The dashboard shows what runs count: outcomes, rows, rates, durations, freshness, cost."
  }

  assert {
    condition     = aws_sns_topic.this.kms_master_key_id == var.kms_key_arn && aws_sqs_queue.untold[0].kms_master_key_id == var.kms_key_arn
    error_message = "Alerts are encrypted, and so is what was not told."
  }

  assert {
    condition = (
      output.untold_queues == ["arn:aws:sqs:eu-west-1:111111111111:assay-test-untold"] &&
      aws_sqs_queue.untold[0].message_retention_seconds == 14 * 86400 &&
      aws_cloudwatch_metric_alarm.untold[0].metric_name == "ApproximateNumberOfMessagesVisible" &&
      aws_cloudwatch_metric_alarm.untold[0].threshold == 0
    )
    error_message = "One event that was not told is an alarm, and it is kept for two weeks."
  }

  assert {
    condition = (
      output.rehearsal_topic_arn == "arn:aws:sns:eu-west-1:111111111111:assay-test-rehearsals" &&
      alltrue([for each in aws_sns_topic_subscription.email : each.topic_arn == aws_sns_topic.this.arn])
    )
    error_message = "Nobody is subscribed to what smoke tests make happen."
  }
}

run "a_wrong_address_is_refused" {
  command = plan

  module {
    source = "./modules/alerts"
  }

  variables {
    emails = ["nobody"]
  }

  expect_failures = [var.emails]
}

run "without_a_queue_nothing_is_kept_but_all_is_watched" {
  command = plan

  module {
    source = "./modules/alerts"
  }

  variables {
    keep_untold = false
  }

  assert {
    condition     = length(aws_sqs_queue.untold) == 0 && length(aws_cloudwatch_metric_alarm.undelivered) == 3
    error_message = "The alarm on calls that failed does not need the queue."
  }
}

run "nobody_would_be_told" {
  command = plan

  module {
    source = "./modules/alerts"
  }

  variables {
    functions = { dispatch = "assay-test-dispatch" }
  }

  expect_failures = [var.functions]
}
