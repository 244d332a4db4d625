mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111111111111:role/test" }
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
  buckets = {
    bronze    = "t-bronze", silver = "t-silver", gold = "t-gold", quarantine = "t-quarantine", control = "t-control"
    artifacts = "t-artifacts"
  }
  kms_key_arn          = "arn:aws:kms:eu-west-1:111111111111:key/test"
  alert_topic_arn      = "arn:aws:sns:eu-west-1:111111111111:assay-test-alerts"
  untold_queues        = ["arn:aws:sqs:eu-west-1:111111111111:assay-test-untold"]
  rehearsal_topic_arn  = "arn:aws:sns:eu-west-1:111111111111:assay-test-rehearsals"
  pipeline_alias_arn   = "arn:aws:states:eu-west-1:111111111111:stateMachine:assay-test-pipeline:live"
  jobs                 = ["assay-test-bronze-to-silver"]
  artifacts            = "./tests/artifacts"
  build_id             = "0123456789ab"
  log_retention_days   = 365
  reserved_concurrency = 5
  job_log_prefix       = "/aws-glue/jobs/assay-test-role"
  approvals            = "required"
}

run "functions_run_their_build_under_their_own_role" {
  command = plan

  module {
    source = "./modules/functions"
  }

  assert {
    condition = join(" ", sort(keys(aws_lambda_function.this))) == join(" ", [
      "ask_approval", "begin_backfill", "begin_promotion", "check_freshness", "close_run", "compare_run", "dispatch",
      "fail_run", "find_late",
      "finish_run", "plan_run", "promote_run", "quarantine_digest", "read_run_summary", "tell_people",
    ])
    error_message = "These are the functions."
  }

  assert {
    condition = alltrue([
      for name, function in aws_lambda_function.this :
      function.runtime == "python3.13" && function.handler == "functions.${name}.handler" &&
      function.s3_bucket == "t-artifacts" && function.s3_key == "builds/0123456789ab/functions.zip" && function.publish && function.reserved_concurrent_executions == 5 &&
      function.kms_key_arn == var.kms_key_arn && function.tracing_config[0].mode == "Active"
    ])
    error_message = "Every function runs python3.13 from the build, with its own share of concurrency, encrypted and traced."
  }

  assert {
    condition = alltrue([
      for function in aws_lambda_function.this : join(" ", sort(keys(function.environment[0].variables))) == join(" ", [
        "ASSAY_ALERT_TOPIC_ARN", "ASSAY_APPROVALS", "ASSAY_BUCKET_BRONZE", "ASSAY_BUCKET_CONTROL", "ASSAY_BUCKET_GOLD",
        "ASSAY_BUCKET_QUARANTINE", "ASSAY_BUCKET_SILVER", "ASSAY_BUILD_ID", "ASSAY_ENVIRONMENT",
        "ASSAY_JOB_LOG_PREFIX", "ASSAY_REHEARSAL_TOPIC_ARN", "ASSAY_STATE_MACHINE_ARN",
      ])
    ])
    error_message = "Every function gets all settings."
  }

  assert {
    condition     = length(distinct([for role in aws_iam_role.this : role.name])) == length(aws_lambda_function.this)
    error_message = "One role for each function."
  }

  assert {
    condition = alltrue([
      for function, unattended in aws_lambda_function_event_invoke_config.unattended :
      unattended.destination_config[0].on_failure[0].destination == (
        function == "tell_people" ? var.alert_topic_arn :
        "arn:aws:lambda:eu-west-1:111111111111:function:assay-test-tell-people"
      )
    ])
    error_message = "What a function could not do while nobody waited is told by tell_people; what that could not tell, by the topic."
  }

  assert {
    condition = alltrue([
      for name, function in aws_lambda_function.this :
      join(" ", [for queue in function.dead_letter_config : queue.target_arn]) ==
      (name == "tell_people" ? "arn:aws:sqs:eu-west-1:111111111111:assay-test-untold" : "")
    ])
    error_message = "An event that could be told neither in words nor as it is waits in the queue."
  }

  assert {
    condition = alltrue([
      for group in aws_cloudwatch_log_group.this : group.kms_key_id == var.kms_key_arn && group.retention_in_days == 365
    ])
    error_message = "Logs are encrypted and kept for as long as the variable says."
  }
}

run "concurrency_of_zero_is_refused" {
  command = plan

  module {
    source = "./modules/functions"
  }

  variables {
    reserved_concurrency = 0
  }

  expect_failures = [var.reserved_concurrency]
}
