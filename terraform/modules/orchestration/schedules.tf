# What happens by the clock, in UTC. `cron`: minute, hour, day of the month, month, day of the week, year.
locals {
  dispatch          = var.function_arns["dispatch"]
  find_late         = var.function_arns["find_late"]
  quarantine_digest = var.function_arns["quarantine_digest"]
  check_freshness   = var.function_arns["check_freshness"]

  digest_hour   = tonumber(split(":", var.digest_time)[0])
  digest_minute = tonumber(split(":", var.digest_time)[1])

  schedules = merge(
    { for dataset in var.datasets : dataset => {
      description = "Daily run of ${dataset}."
      cron        = "0 2 * * ? *"
      function    = local.dispatch
      input       = { trigger = "schedule", dataset = dataset }
    } },
    { for dataset in var.datasets : "${dataset}-late" => {
      description = "Search for late objects of ${dataset}."
      cron        = "0 3 * * ? *"
      function    = local.find_late
      input       = { dataset = dataset }
    } },
    {
      # after the night's runs: is one missing?
      freshness = {
        description = "Daily look at the age of the newest good run of each dataset."
        cron        = "0 6 * * ? *"
        function    = local.check_freshness
        input       = {}
      }
      # one mail for all datasets
      quarantine-digest = {
        description = "Daily mail about the rows that wait in quarantine."
        cron        = "${local.digest_minute} ${local.digest_hour} * * ? *"
        function    = local.quarantine_digest
        input       = {}
      }
    },
  )

  # jsonencode writes < and > as \u003c and \u003e, which the scheduler does not replace
  schedule_inputs = {
    for name, each in local.schedules : name => replace(replace(
      jsonencode(merge(each.input, { scheduled_time = "<aws.scheduler.scheduled-time>" })),
    "\\u003c", "<"), "\\u003e", ">")
  }
}

resource "aws_scheduler_schedule_group" "daily" {
  name = "${var.scope.name}-daily"
}

resource "aws_scheduler_schedule" "this" {
  for_each = local.schedules

  name                         = each.key
  group_name                   = aws_scheduler_schedule_group.daily.name
  description                  = each.value.description
  schedule_expression          = "cron(${each.value.cron})"
  schedule_expression_timezone = "UTC"
  state                        = var.schedule_enabled ? "ENABLED" : "DISABLED"
  kms_key_arn                  = var.kms_key_arn

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = each.value.function
    role_arn = aws_iam_role.scheduler.arn
    input    = local.schedule_inputs[each.key]

    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 10
    }
  }
}

# Where the schedules were until now. Terraform would make the new one before the old one of the same name is gone.
moved {
  from = aws_scheduler_schedule.daily["transactions"]
  to   = aws_scheduler_schedule.this["transactions"]
}

moved {
  from = aws_scheduler_schedule.late["transactions"]
  to   = aws_scheduler_schedule.this["transactions-late"]
}

moved {
  from = aws_scheduler_schedule.quarantine_digest
  to   = aws_scheduler_schedule.this["quarantine-digest"]
}

moved {
  from = aws_scheduler_schedule.freshness
  to   = aws_scheduler_schedule.this["freshness"]
}
