# One key for everything the stack stores: objects, logs, alerts, environment variables, schedules.
resource "aws_kms_key" "this" {
  description             = "Everything ${var.scope.name} stores"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.key.json
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.scope.name}"
  target_key_id = aws_kms_key.this.key_id
}

data "aws_iam_policy_document" "key" {
  #checkov:skip=CKV_AWS_109: The account must be able to manage its own key, or nobody can.
  #checkov:skip=CKV_AWS_111: In a key policy the resource is the key itself.
  #checkov:skip=CKV_AWS_356: In a key policy "*" means this key.
  statement {
    sid       = "AccountManagesKeyThroughIam"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${var.scope.partition}:iam::${var.scope.account_id}:root"]
    }
  }

  statement {
    sid       = "LogsOfThisStack"
    actions   = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:DescribeKey"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.${var.scope.region}.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = ["arn:${var.scope.partition}:logs:${var.scope.region}:${var.scope.account_id}:log-group:*"]
    }
  }

  statement {
    sid       = "AlarmsPublishAlerts"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.scope.account_id]
    }
  }

  # No condition on the source: EventBridge could not deliver to an encrypted queue then, as SNS documents it for topics.
  # The queue's own policy says who may send.
  statement {
    sid       = "EventsKeepWhatNobodyWasTold"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
  }
}
