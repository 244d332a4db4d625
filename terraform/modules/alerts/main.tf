locals {
  regional          = "${var.scope.region}:${var.scope.account_id}"
  function_arns     = { for name, full in var.functions : name => "arn:${var.scope.partition}:lambda:${local.regional}:function:${full}" }
  state_machine_arn = "arn:${var.scope.partition}:states:${local.regional}:stateMachine:${var.state_machine}"
  topic_arn         = "arn:${var.scope.partition}:sns:${local.regional}:${aws_sns_topic.this.name}"
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

# What a smoke test makes happen is mailed here, so that the way of every alert is tried and nobody is woken. A filter on the
# subscriptions instead would keep back the alarms, which carry no attribute to filter by.
resource "aws_sns_topic" "rehearsals" {
  name              = "${var.scope.name}-rehearsals"
  kms_master_key_id = var.kms_key_arn
}
