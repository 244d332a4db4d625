# Both triggers call dispatch, which names the run after its cause: an event that comes twice starts one run.
locals {
  dispatch          = var.function_arns["dispatch"]
  find_late         = var.function_arns["find_late"]
  quarantine_digest = var.function_arns["quarantine_digest"]
  check_freshness   = var.function_arns["check_freshness"]
}

resource "aws_scheduler_schedule_group" "daily" {
  name = "${var.scope.name}-daily"
}

resource "aws_scheduler_schedule" "daily" {
  for_each = var.datasets

  name                         = each.key
  group_name                   = aws_scheduler_schedule_group.daily.name
  description                  = "Daily run of ${each.key}."
  schedule_expression          = "cron(0 2 * * ? *)"
  schedule_expression_timezone = "UTC"
  state                        = var.schedule_enabled ? "ENABLED" : "DISABLED"
  kms_key_arn                  = var.kms_key_arn

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = local.dispatch
    role_arn = aws_iam_role.scheduler.arn

    # jsonencode would write < and > as \u003c and \u003e, which the scheduler does not replace.
    input = "{\"trigger\":\"schedule\",\"dataset\":\"${each.key}\",\"scheduled_time\":\"<aws.scheduler.scheduled-time>\"}"

    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 10
    }
  }
}

resource "aws_scheduler_schedule" "late" {
  for_each = var.datasets

  name                         = "${each.key}-late"
  group_name                   = aws_scheduler_schedule_group.daily.name
  description                  = "Search for late objects of ${each.key}."
  schedule_expression          = "cron(0 3 * * ? *)"
  schedule_expression_timezone = "UTC"
  state                        = var.schedule_enabled ? "ENABLED" : "DISABLED"
  kms_key_arn                  = var.kms_key_arn

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = local.find_late
    role_arn = aws_iam_role.scheduler.arn
    input    = "{\"dataset\":\"${each.key}\",\"scheduled_time\":\"<aws.scheduler.scheduled-time>\"}"

    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 10
    }
  }
}

# One mail for all datasets, after the night's runs.
resource "aws_scheduler_schedule" "quarantine_digest" {
  name                         = "quarantine-digest"
  group_name                   = aws_scheduler_schedule_group.daily.name
  description                  = "Daily mail about the rows that wait in quarantine."
  schedule_expression          = "cron(${tonumber(split(":", var.digest_time)[1])} ${tonumber(split(":", var.digest_time)[0])} * * ? *)"
  schedule_expression_timezone = "UTC"
  state                        = var.schedule_enabled ? "ENABLED" : "DISABLED"
  kms_key_arn                  = var.kms_key_arn

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = local.quarantine_digest
    role_arn = aws_iam_role.scheduler.arn
    input    = "{\"scheduled_time\":\"<aws.scheduler.scheduled-time>\"}"

    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 10
    }
  }
}

# After the night's runs: is one missing?
resource "aws_scheduler_schedule" "freshness" {
  name                         = "freshness"
  group_name                   = aws_scheduler_schedule_group.daily.name
  description                  = "Daily look at the age of the newest good run of each dataset."
  schedule_expression          = "cron(0 6 * * ? *)"
  schedule_expression_timezone = "UTC"
  state                        = var.schedule_enabled ? "ENABLED" : "DISABLED"
  kms_key_arn                  = var.kms_key_arn

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = local.check_freshness
    role_arn = aws_iam_role.scheduler.arn
    input    = "{\"scheduled_time\":\"<aws.scheduler.scheduled-time>\"}"

    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 10
    }
  }
}

resource "aws_cloudwatch_event_rule" "bronze_objects" {
  name        = "${var.scope.name}-bronze-objects"
  description = "A delivery, or the marker of a complete day, has arrived in bronze."
  state       = var.schedule_enabled ? "ENABLED" : "DISABLED"

  event_pattern = jsonencode({
    source      = ["aws.s3"]
    detail-type = ["Object Created"]
    detail = {
      bucket = { name = [var.bronze_bucket] }
      object = { key = [for suffix in [".csv", ".csv.gz", "/_READY"] : { suffix = suffix }] }
    }
  })
}

resource "aws_cloudwatch_event_target" "dispatch" {
  rule      = aws_cloudwatch_event_rule.bronze_objects.name
  target_id = "dispatch"
  arn       = local.dispatch

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 10
  }
}

resource "aws_lambda_permission" "bronze_objects" {
  statement_id   = "BronzeObjects"
  action         = "lambda:InvokeFunction"
  function_name  = local.dispatch
  principal      = "events.amazonaws.com"
  source_arn     = aws_cloudwatch_event_rule.bronze_objects.arn
  source_account = var.scope.account_id
}
