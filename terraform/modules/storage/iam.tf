# Keys that may only be written with If-Match or If-None-Match. A write without either would overwrite what
# another run committed, so S3 itself refuses it, whoever asks. (A bucket policy, so that it binds people as well.)
locals {
  bucket_arns = { for layer, bucket in local.buckets : layer => "arn:${var.scope.partition}:s3:::${bucket}" }

  pointers = ["*/current/*", "*/snapshots/*", "*/_SUCCESS"]
  compare_on = {
    silver     = local.pointers
    gold       = local.pointers
    quarantine = local.pointers
    control    = ["sources/*", "leases/*", "backfills/*", "approvals/*"]
  }
}

data "aws_iam_policy_document" "bucket" {
  for_each = local.bucket_arns

  statement {
    sid       = "OnlyOverTls"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [each.value, "${each.value}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  dynamic "statement" {
    for_each = contains(keys(local.compare_on), each.key) ? [local.compare_on[each.key]] : []

    content {
      sid       = "PointersOnlyByCompareAndSwap"
      effect    = "Deny"
      actions   = ["s3:PutObject"]
      resources = [for pattern in statement.value : "${each.value}/${pattern}"]

      principals {
        type        = "*"
        identifiers = ["*"]
      }

      dynamic "condition" {
        for_each = ["s3:if-match", "s3:if-none-match"]

        content {
          test     = "Null"
          variable = condition.value
          values   = ["true"]
        }
      }

      # Parts of a multipart upload carry no such header; the request that completes it does.
      condition {
        test     = "Bool"
        variable = "s3:ObjectCreationOperation"
        values   = ["true"]
      }
    }
  }
}
