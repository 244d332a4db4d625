mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111111111111:role/test" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:111111111111:log-group:test" }
  }
  mock_resource "aws_sfn_state_machine" {
    defaults = {
      state_machine_version_arn = "arn:aws:states:eu-west-1:111111111111:stateMachine:assay-test-pipeline:7"
    }
  }
  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:eu-west-1:111111111111:rule/test" }
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
  bronze_bucket = "t-bronze"
  datasets      = ["orders", "transactions"]
  function_arns = {
    dispatch          = "arn:aws:lambda:eu-west-1:111111111111:function:t-dispatch"
    plan_run          = "arn:aws:lambda:eu-west-1:111111111111:function:t-plan-run"
    ask_approval      = "arn:aws:lambda:eu-west-1:111111111111:function:t-ask-approval"
    begin_backfill    = "arn:aws:lambda:eu-west-1:111111111111:function:t-begin-backfill"
    compare_run       = "arn:aws:lambda:eu-west-1:111111111111:function:t-compare-run"
    begin_promotion   = "arn:aws:lambda:eu-west-1:111111111111:function:t-begin-promotion"
    quarantine_digest = "arn:aws:lambda:eu-west-1:111111111111:function:t-quarantine-digest"
    find_late         = "arn:aws:lambda:eu-west-1:111111111111:function:t-find-late"
    read_run_summary  = "arn:aws:lambda:eu-west-1:111111111111:function:t-read-run-summary"
    promote_run       = "arn:aws:lambda:eu-west-1:111111111111:function:t-promote-run"
    finish_run        = "arn:aws:lambda:eu-west-1:111111111111:function:t-finish-run"
    check_freshness   = "arn:aws:lambda:eu-west-1:111111111111:function:t-check-freshness"
    fail_run          = "arn:aws:lambda:eu-west-1:111111111111:function:t-fail-run"
  }
  function_version_arns = {
    plan_run         = "arn:aws:lambda:eu-west-1:111111111111:function:t-plan-run:3"
    ask_approval     = "arn:aws:lambda:eu-west-1:111111111111:function:t-ask-approval:3"
    begin_backfill   = "arn:aws:lambda:eu-west-1:111111111111:function:t-begin-backfill:3"
    compare_run      = "arn:aws:lambda:eu-west-1:111111111111:function:t-compare-run:3"
    begin_promotion  = "arn:aws:lambda:eu-west-1:111111111111:function:t-begin-promotion:3"
    read_run_summary = "arn:aws:lambda:eu-west-1:111111111111:function:t-read-run-summary:3"
    promote_run      = "arn:aws:lambda:eu-west-1:111111111111:function:t-promote-run:3"
    finish_run       = "arn:aws:lambda:eu-west-1:111111111111:function:t-finish-run:3"
    fail_run         = "arn:aws:lambda:eu-west-1:111111111111:function:t-fail-run:3"
  }
  build              = { id = "0123456789ab", uri = "s3://t-artifacts/builds/0123456789ab" }
  job_names          = { bronze_to_silver = "t-bronze-to-silver", compact = "t-compact", silver_to_gold = "t-silver-to-gold" }
  approval_hours     = 72
  schedule_enabled   = true
  log_retention_days = 365
  digest_time        = "06:05"
}

# An apply, because the alias points at a version that only exists after one. The provider is a mock.
run "runs_start_on_a_published_version" {
  module {
    source = "./modules/orchestration"
  }

  assert {
    condition     = aws_sfn_state_machine.this.publish && aws_sfn_state_machine.this.type == "STANDARD"
    error_message = "Every change of the machine is a version."
  }

  assert {
    condition = (
      one(aws_sfn_alias.live.routing_configuration).state_machine_version_arn == aws_sfn_state_machine.this.state_machine_version_arn
      && one(aws_sfn_alias.live.routing_configuration).weight == 100
    )
    error_message = "A new alias sends every run to the published version; afterwards deployments move it."
  }

  assert {
    condition     = can(jsondecode(aws_sfn_state_machine.this.definition)) && length(regexall("[$][{]", aws_sfn_state_machine.this.definition)) == 0
    error_message = "The definition is JSON and every placeholder in it is filled."
  }

  assert {
    condition = (
      jsondecode(aws_sfn_state_machine.this.definition).States.PlanRun.Arguments.FunctionName == var.function_version_arns["plan_run"]
      && jsondecode(aws_sfn_state_machine.this.definition).States.IngestToSilver.Arguments.Arguments["--scriptLocation"] == "s3://t-artifacts/builds/0123456789ab/jobs/bronze_to_silver.py"
      && jsondecode(aws_sfn_state_machine.this.definition).States.BuildGold.Arguments.Arguments["--extra-py-files"] == "s3://t-artifacts/builds/0123456789ab/lake.zip"
    )
    error_message = "A version of the machine calls versions of functions and runs the jobs of one build."
  }

  assert {
    condition = (
      jsondecode(aws_sfn_state_machine.this.definition).States.AskToStart.TimeoutSeconds == 72 * 3600
      && jsondecode(aws_sfn_state_machine.this.definition).TimeoutSeconds > 2 * 72 * 3600
    )
    error_message = "People have the hours of the variable, and the machine waits for both of their answers."
  }

  assert {
    condition     = aws_sfn_state_machine.this.logging_configuration[0].level == "ALL" && aws_sfn_state_machine.this.tracing_configuration[0].enabled
    error_message = "Executions are logged and traced."
  }
}

run "each_dataset_has_its_schedule_and_bronze_its_rule" {
  command = plan

  module {
    source = "./modules/orchestration"
  }

  assert {
    condition = alltrue([
      for schedule in aws_scheduler_schedule.this :
      schedule.schedule_expression_timezone == "UTC" && schedule.state == "ENABLED" &&
      schedule.group_name == "assay-test-daily"
    ])
    error_message = "Every schedule is on, in UTC, in one group."
  }

  assert {
    condition = alltrue([
      for schedule in aws_scheduler_schedule.this :
      strcontains(schedule.target[0].input, "\"<aws.scheduler.scheduled-time>\"")
    ])
    error_message = "The scheduler only fills placeholders it can read: < and > must not be escaped."
  }

  assert {
    condition = alltrue([
      for dataset in var.datasets :
      aws_scheduler_schedule.this[dataset].schedule_expression == "cron(0 2 * * ? *)" &&
      aws_scheduler_schedule.this[dataset].target[0].arn == var.function_arns["dispatch"] &&
      jsondecode(aws_scheduler_schedule.this[dataset].target[0].input).trigger == "schedule" &&
      jsondecode(aws_scheduler_schedule.this[dataset].target[0].input).dataset == dataset
    ])
    error_message = "Every dataset runs at 02:00 UTC."
  }

  assert {
    condition = alltrue([
      for dataset in var.datasets :
      aws_scheduler_schedule.this["${dataset}-late"].schedule_expression == "cron(0 3 * * ? *)" &&
      aws_scheduler_schedule.this["${dataset}-late"].target[0].arn == var.function_arns["find_late"] &&
      jsondecode(aws_scheduler_schedule.this["${dataset}-late"].target[0].input).dataset == dataset
    ])
    error_message = "Late objects of every dataset are searched at 03:00 UTC."
  }

  assert {
    condition = (
      aws_scheduler_schedule.this["quarantine-digest"].schedule_expression == "cron(5 6 * * ? *)" &&
      aws_scheduler_schedule.this["quarantine-digest"].target[0].arn == var.function_arns["quarantine_digest"]
    )
    error_message = "One mail a day about quarantine, at the time of the variable."
  }

  assert {
    condition = (
      aws_scheduler_schedule.this["freshness"].schedule_expression == "cron(0 6 * * ? *)" &&
      aws_scheduler_schedule.this["freshness"].target[0].arn == var.function_arns["check_freshness"]
    )
    error_message = "A missing run is noticed once a day."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.bronze_objects.event_pattern).detail.bucket.name[0] == "t-bronze"
    error_message = "Only objects of bronze start runs."
  }

  assert {
    condition     = aws_cloudwatch_event_rule.bronze_objects.state == "ENABLED"
    error_message = "A delivery starts its run."
  }

  assert {
    condition     = aws_cloudwatch_event_target.dispatch.arn == var.function_arns["dispatch"]
    error_message = "Events go to dispatch, which names the run."
  }
}

run "a_pipeline_on_hold_starts_nothing_by_itself" {
  command = plan

  module {
    source = "./modules/orchestration"
  }

  variables {
    schedule_enabled = false
  }

  assert {
    condition     = alltrue([for each in aws_scheduler_schedule.this : each.state == "DISABLED"])
    error_message = "No schedule starts a run."
  }

  assert {
    condition     = aws_cloudwatch_event_rule.bronze_objects.state == "DISABLED"
    error_message = "A delivery starts no run either."
  }
}

run "a_time_of_the_digest_that_is_none_is_refused" {
  command = plan

  module {
    source = "./modules/orchestration"
  }

  variables {
    digest_time = "6:30"
  }

  expect_failures = [var.digest_time]
}
