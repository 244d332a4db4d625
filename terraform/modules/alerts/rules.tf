# What people are told of, each an event on the default bus; tell_people makes a mail of it. Of an execution that ended badly
# close_run first sees that its context is kept.
locals {
  # Errors of functions and jobs, and runs that failed, are told by the runs themselves, in more words: a second and a third
  # mail about the same would only teach people to look away. Their alarms are for the dashboard.
  told_alarms = concat(
    [aws_cloudwatch_metric_alarm.stale.alarm_name, aws_cloudwatch_metric_alarm.never["dispatch-throttled"].alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.not_fresh : alarm.alarm_name],
  )

  rules = {
    # The safety net: whatever kept a run from reporting its own end, its execution ended, and that is an event.
    run-ended-badly = {
      function    = "close_run"
      description = "An execution failed, timed out or was aborted."
      pattern = {
        source      = ["aws.states"]
        detail-type = ["Step Functions Execution Status Change"]
        detail = {
          stateMachineArn = [local.state_machine_arn]
          status          = ["FAILED", "TIMED_OUT", "ABORTED"]
        }
      }
    }

    happened = {
      function    = "tell_people"
      description = "Something happened in this environment that people are to hear of."
      pattern     = { source = ["assay"], detail = { environment = [var.scope.environment] } }
    }

    alarm-rang = {
      function    = "tell_people"
      description = "An alarm of this stack went off that says what no run and no function says by itself."
      pattern = {
        source      = ["aws.cloudwatch"]
        detail-type = ["CloudWatch Alarm State Change"]
        detail      = { alarmName = local.told_alarms, state = { value = ["ALARM"] } }
      }
    }
  }
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.rules

  name          = "${var.scope.name}-${each.key}"
  description   = each.value.description
  event_pattern = jsonencode(each.value.pattern)
}

moved {
  from = aws_cloudwatch_event_rule.run_ended_badly
  to   = aws_cloudwatch_event_rule.this["run-ended-badly"]
}

moved {
  from = aws_cloudwatch_event_target.alert
  to   = aws_cloudwatch_event_target.this["run-ended-badly"]
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = local.rules

  rule      = aws_cloudwatch_event_rule.this[each.key].name
  target_id = "function"
  arn       = local.function_arns[each.value.function]

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }

  dynamic "dead_letter_config" {
    for_each = aws_sqs_queue.untold

    content {
      arn = dead_letter_config.value.arn
    }
  }
}

resource "aws_lambda_permission" "this" {
  for_each = local.rules

  statement_id   = join("", [for word in split("-", each.key) : title(word)])
  action         = "lambda:InvokeFunction"
  function_name  = local.function_arns[each.value.function]
  principal      = "events.amazonaws.com"
  source_arn     = aws_cloudwatch_event_rule.this[each.key].arn
  source_account = var.scope.account_id
}

# Events that never reached the function wait here for a person; an alarm says so.
resource "aws_sqs_queue" "untold" {
  count = var.keep_untold ? 1 : 0

  name                      = "${var.scope.name}-untold"
  message_retention_seconds = 1209600
  kms_master_key_id         = var.kms_key_arn
}

resource "aws_sqs_queue_policy" "untold" {
  count = var.keep_untold ? 1 : 0

  queue_url = aws_sqs_queue.untold[0].url
  policy    = data.aws_iam_policy_document.untold[0].json
}
