locals {
  name = "${var.scope.name}-pipeline"
  tasks = [
    "plan_run", "ask_approval", "begin_backfill", "read_run_summary", "compare_run", "begin_promotion", "promote_run",
    "finish_run", "fail_run",
  ]

  # A day of work, and the time that people have for each of two answers.
  approval_seconds = var.approval_hours * 3600
  run_seconds      = 86400 + 2 * local.approval_seconds
}

resource "aws_sfn_state_machine" "this" {
  #checkov:skip=CKV_AWS_285: The data of an execution hold the token of a state that waits for an approval.
  name     = local.name
  role_arn = aws_iam_role.state_machine.arn
  type     = "STANDARD"

  # Each change is a version; the alias says which one runs start on.
  publish = true

  definition = templatefile("${path.module}/definitions/pipeline.asl.json", merge(
    { for task in local.tasks : "${task}_arn" => var.function_version_arns[task] },
    {
      bronze_to_silver_job = var.job_names["bronze_to_silver"]
      compact_job          = var.job_names["compact"]
      silver_to_gold_job   = var.job_names["silver_to_gold"]
      build_id             = var.build.id
      build_uri            = var.build.uri
      approval_hours       = var.approval_hours
      approval_seconds     = local.approval_seconds
      run_seconds          = local.run_seconds
    },
  ))

  logging_configuration {
    level = "ALL"
    # The token of a state that waits for an approval would be among the data.
    include_execution_data = false
    log_destination        = "${aws_cloudwatch_log_group.executions.arn}:*"
  }

  tracing_configuration {
    enabled = true
  }

  depends_on = [aws_iam_role_policy.state_machine]
}

resource "aws_sfn_alias" "live" {
  name        = "live"
  description = "The version that every run starts on."

  routing_configuration {
    state_machine_version_arn = aws_sfn_state_machine.this.state_machine_version_arn
    weight                    = 100
  }

  # An apply publishes a version; only a deployment whose smoke test passed lets the alias move to it.
  lifecycle {
    ignore_changes = [routing_configuration]
  }
}

resource "aws_cloudwatch_log_group" "executions" {
  name              = "/aws/vendedlogs/states/${local.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}
