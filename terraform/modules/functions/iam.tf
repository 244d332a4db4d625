# One role for each function. What all of them need is here; what only one needs is in permissions.tf.
resource "aws_iam_role" "this" {
  for_each = local.names

  name                 = each.value
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.scope.boundary
}

resource "aws_iam_role_policy" "this" {
  for_each = local.names

  name   = "function"
  role   = aws_iam_role.this[each.key].id
  policy = data.aws_iam_policy_document.function[each.key].json
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "function" {
  for_each = local.names

  statement {
    sid       = "WriteOwnLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${local.log_groups}:/aws/lambda/${each.value}:*"]
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
  }

  statement {
    sid       = "WriteTraces"
    actions   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
    resources = ["*"] # The actions know no resource.
  }

  statement {
    sid       = "NeverDeleteData"
    effect    = "Deny"
    actions   = ["s3:DeleteObject*"]
    resources = ["*"]
  }

  # Objects: { layer = [key patterns] }.
  dynamic "statement" {
    for_each = { for layer, keys in local.permissions[each.key].get : layer => keys }

    content {
      sid       = "Get${title(statement.key)}"
      actions   = ["s3:GetObject", "s3:GetObjectVersion"]
      resources = [for key in statement.value : "${local.arns[statement.key]}/${key}"]
    }
  }

  dynamic "statement" {
    for_each = { for layer, keys in local.permissions[each.key].put : layer => keys }

    content {
      sid       = "Put${title(statement.key)}"
      actions   = ["s3:PutObject"]
      resources = [for key in statement.value : "${local.arns[statement.key]}/${key}"]
    }
  }

  # With permission to list, a missing object is a 404 and not a 403.
  dynamic "statement" {
    for_each = length(local.layers_of[each.key]) > 0 ? [local.layers_of[each.key]] : []

    content {
      sid       = "ListBuckets"
      actions   = ["s3:ListBucket"]
      resources = [for layer in statement.value : local.arns[layer]]
    }
  }

  # What it could not do while nobody waited is told by tell_people, or, if it is that function, by the topic.
  dynamic "statement" {
    for_each = contains(local.unattended, each.key) && each.key != "tell_people" ? [local.tell_people_arn] : []

    content {
      sid       = "TellOfOwnFailure"
      actions   = ["lambda:InvokeFunction"]
      resources = [statement.value]
    }
  }

  # Everything else: { sid = { actions, resources, condition } }.
  dynamic "statement" {
    for_each = local.permissions[each.key].other

    content {
      sid       = statement.key
      actions   = statement.value.actions
      resources = statement.value.resources

      dynamic "condition" {
        for_each = try(statement.value.equals, {})

        content {
          test     = "StringEquals"
          variable = condition.key
          values   = [condition.value]
        }
      }
    }
  }
}
