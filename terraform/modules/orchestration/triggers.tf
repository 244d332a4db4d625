# A delivery calls dispatch, as the daily schedule does, which names the run after its cause: what comes twice starts one run.
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
