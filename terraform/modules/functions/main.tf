locals {
  functions = {
    dispatch = {
      does    = "Turns a schedule, an S3 event or a request into one run."
      timeout = 60
      memory  = 256
    }
    plan_run = {
      does    = "Claims the sources of a run, counts their records, writes the plan."
      timeout = 900
      memory  = 1024
    }
    ask_approval = {
      does    = "Asks people whether a run may go on; the token of the waiting state stays in the control bucket."
      timeout = 60
      memory  = 256
    }
    begin_backfill = {
      does    = "Sees who approved a backfill and lets it begin."
      timeout = 60
      memory  = 256
    }
    compare_run = {
      does    = "Holds what a replacement would change against the contract's tolerance."
      timeout = 120
      memory  = 512
    }
    begin_promotion = {
      does    = "Takes the dataset's lease for a replacement that may be promoted."
      timeout = 60
      memory  = 256
    }
    find_late = {
      does    = "Finds objects under ingest dates that no sweep looks at any more, and starts a run over them."
      timeout = 300
      memory  = 512
    }
    quarantine_digest = {
      does    = "Tells what waits in quarantine by reason and age, once a day."
      timeout = 300
      memory  = 256
    }
    read_run_summary = {
      does    = "The gate: compares a run's summary with its plan and its contract."
      timeout = 300
      memory  = 512
    }
    promote_run = {
      does    = "Makes the files of a run current, one conditional write a partition."
      timeout = 900
      memory  = 512
    }
    finish_run = {
      does    = "Writes the run's line in the ledger, counts, tells people, plans backfills for late rows."
      timeout = 300
      memory  = 256
    }
    fail_run = {
      does    = "Keeps the context of a failed run, releases its claims."
      timeout = 120
      memory  = 256
    }
    close_run = {
      does    = "Sees that the context of a run is kept whose execution ended badly, and tells people."
      timeout = 120
      memory  = 256
    }
    check_freshness = {
      does    = "Notices datasets whose daily run is missing, once a day."
      timeout = 120
      memory  = 256
    }
    tell_people = {
      does    = "Puts what happened in words and mails it: the only way by which people are told."
      timeout = 60
      memory  = 256
    }
  }
  names = { for function in keys(local.functions) : function => "${var.scope.name}-${replace(function, "_", "-")}" }
}

# Builds are kept in the artifacts bucket by `assay build`, before any apply; Terraform neither writes nor deletes them.
removed {
  from = aws_s3_object.package

  lifecycle {
    destroy = false
  }
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_117: The functions only call AWS APIs; a VPC would add endpoints and remove nothing.
  #checkov:skip=CKV_AWS_116: Only the functions of schedules and events are invoked asynchronously; they have an on-failure destination below, and tell_people, which tells of the others, a queue as well.
  #checkov:skip=CKV_AWS_272: The package is an immutable object of the build; no signing profile exists to check it.
  for_each = local.functions

  function_name = local.names[each.key]
  description   = each.value.does
  role          = aws_iam_role.this[each.key].arn
  runtime       = "python3.13"
  architectures = ["arm64"]
  handler       = "functions.${each.key}.handler"
  timeout       = each.value.timeout
  memory_size   = each.value.memory

  # Each change is a version. The state machine calls versions, so that a run ends on the build it began with.
  publish = true

  s3_bucket        = var.buckets["artifacts"]
  s3_key           = "builds/${var.build_id}/functions.zip"
  source_code_hash = filebase64sha256("${var.artifacts}/functions.zip")

  kms_key_arn                    = var.kms_key_arn
  reserved_concurrent_executions = var.reserved_concurrency

  environment {
    variables = {
      ASSAY_ENVIRONMENT         = var.scope.environment
      ASSAY_BUCKET_BRONZE       = var.buckets["bronze"]
      ASSAY_BUCKET_SILVER       = var.buckets["silver"]
      ASSAY_BUCKET_GOLD         = var.buckets["gold"]
      ASSAY_BUCKET_QUARANTINE   = var.buckets["quarantine"]
      ASSAY_BUCKET_CONTROL      = var.buckets["control"]
      ASSAY_ALERT_TOPIC_ARN     = var.alert_topic_arn
      ASSAY_REHEARSAL_TOPIC_ARN = var.rehearsal_topic_arn
      ASSAY_STATE_MACHINE_ARN   = var.pipeline_alias_arn
      ASSAY_BUILD_ID            = var.build_id
      ASSAY_JOB_LOG_PREFIX      = var.job_log_prefix
      ASSAY_APPROVALS           = var.approvals
    }
  }

  # What the topic might not take either waits for a person.
  dynamic "dead_letter_config" {
    for_each = each.key == "tell_people" ? var.untold_queues : []

    content {
      target_arn = dead_letter_config.value
    }
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.this[each.key].name
  }

  tracing_config {
    mode = "Active"
  }

  # A function that starts before it may do anything fails its first event.
  depends_on = [aws_iam_role_policy.this]
}

# The functions that are invoked without anybody waiting: what they could not do becomes an alert. What tell_people itself
# could not do goes to the topic as it is.
moved {
  from = aws_lambda_function_event_invoke_config.dispatch
  to   = aws_lambda_function_event_invoke_config.unattended["dispatch"]
}

resource "aws_lambda_function_event_invoke_config" "unattended" {
  for_each = local.unattended

  function_name                = aws_lambda_function.this[each.key].function_name
  maximum_event_age_in_seconds = 3600
  maximum_retry_attempts       = 2

  destination_config {
    on_failure {
      destination = each.key == "tell_people" ? var.alert_topic_arn : local.tell_people_arn
    }
  }
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = local.names

  name              = "/aws/lambda/${each.value}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}
