locals {
  regional          = "${var.scope.region}:${var.scope.account_id}"
  state_machine_arn = "arn:${var.scope.partition}:states:${local.regional}:stateMachine:${var.state_machine}"
  topic_arn         = "arn:${var.scope.partition}:sns:${local.regional}:${aws_sns_topic.this.name}"
  console           = "https://${var.scope.region}.console.aws.amazon.com/states/home?region=${var.scope.region}"
}

resource "aws_sns_topic" "this" {
  name              = "${var.scope.name}-alerts"
  kms_master_key_id = var.kms_key_arn
}

resource "aws_sns_topic_policy" "this" {
  arn    = aws_sns_topic.this.arn
  policy = data.aws_iam_policy_document.topic.json
}

resource "aws_sns_topic_subscription" "email" {
  for_each = toset(var.emails)

  topic_arn = aws_sns_topic.this.arn
  protocol  = "email"
  endpoint  = each.value
}

# The safety net: whatever kept a run from reporting its own end, its execution ended, and that is an event.
resource "aws_cloudwatch_event_rule" "run_ended_badly" {
  name        = "${var.scope.name}-run-ended-badly"
  description = "An execution failed, timed out or was aborted."

  event_pattern = jsonencode({
    source      = ["aws.states"]
    detail-type = ["Step Functions Execution Status Change"]
    detail = {
      stateMachineArn = [local.state_machine_arn]
      status          = ["FAILED", "TIMED_OUT", "ABORTED"]
    }
  })
}

resource "aws_cloudwatch_event_target" "alert" {
  rule      = aws_cloudwatch_event_rule.run_ended_badly.name
  target_id = "alert"
  arn       = aws_sns_topic.this.arn

  input_transformer {
    input_paths = {
      at        = "$.time"
      error     = "$.detail.error"
      execution = "$.detail.executionArn"
      run       = "$.detail.name"
      status    = "$.detail.status"
    }

    input_template = <<-TEXT
      "Assay ${var.scope.environment}: run <run> ended as <status> at <at>."
      "Error: <error>"
      "Execution: <execution>"
      "Console: ${local.console}#/v2/executions/details/<execution>"
      "What to do: docs/runbooks/failed-run.md"
    TEXT
  }
}
