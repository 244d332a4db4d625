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
  functions     = { dispatch = "assay-test-dispatch", plan_run = "assay-test-plan-run" }
  jobs          = ["assay-test-bronze-to-silver"]
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

  assert {
    condition     = join(" ", sort([for s in aws_sns_topic_subscription.email : "${s.protocol}:${s.endpoint}"])) == "email:a@example.com email:b@example.com"
    error_message = "Every address is subscribed by mail."
  }

  assert {
    condition = join(" ", output.alarms) == join(" ", [
      "assay-test-bronze-to-silver-errors", "assay-test-dispatch-errors", "assay-test-dispatch-throttled",
      "assay-test-pipeline-failed", "assay-test-pipeline-timed-out", "assay-test-plan-run-errors", "assay-test-stale",
    ])
    error_message = "These alarms watch the stack."
  }

  assert {
    condition = alltrue([
      for alarm in concat(values(aws_cloudwatch_metric_alarm.never), [aws_cloudwatch_metric_alarm.stale]) :
      one(alarm.alarm_actions) == "arn:aws:sns:eu-west-1:111111111111:assay-test-alerts"
    ])
    error_message = "Every alarm tells the topic."
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
      join(" ", jsondecode(aws_cloudwatch_event_rule.run_ended_badly.event_pattern).detail.status) == "FAILED TIMED_OUT ABORTED" &&
      jsondecode(aws_cloudwatch_event_rule.run_ended_badly.event_pattern).detail.stateMachineArn[0] == "arn:aws:states:eu-west-1:111111111111:stateMachine:assay-test-pipeline"
    )
    error_message = "Every bad end of an execution is an event."
  }

  assert {
    condition = alltrue([
      for line in split("\n", trimspace(aws_cloudwatch_event_target.alert.input_transformer[0].input_template)) :
      startswith(line, "\"") && endswith(line, "\"")
    ])
    error_message = "EventBridge takes text only as quoted lines."
  }

  assert {
    condition     = aws_sns_topic.this.kms_master_key_id == var.kms_key_arn
    error_message = "Alerts are encrypted."
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
