# Age never expires current data: what is reachable is known to the snapshots, not to S3. Rules end what nobody can
# reach any more: parts of broken uploads, overwritten versions, old query results.
locals {
  noncurrent_days = { artifacts = 365, athena-results = 1 }
  expire_days     = { athena-results = 30 }
  cooler          = { bronze = { STANDARD_IA = 90, GLACIER_IR = 365 } }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  for_each = var.lifecycle_rules ? aws_s3_bucket.this : {}

  bucket = each.value.bucket

  rule {
    id     = "housekeeping"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }

    noncurrent_version_expiration {
      noncurrent_days = lookup(local.noncurrent_days, each.key, 90)
    }

    dynamic "transition" {
      for_each = lookup(local.cooler, each.key, {})

      content {
        storage_class = transition.key
        days          = transition.value
      }
    }

    dynamic "expiration" {
      for_each = contains(keys(local.expire_days), each.key) ? [local.expire_days[each.key]] : []

      content {
        days = expiration.value
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}
