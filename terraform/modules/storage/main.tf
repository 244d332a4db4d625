locals {
  layers  = ["bronze", "silver", "gold", "quarantine", "control", "artifacts", "athena-results"]
  buckets = { for layer in local.layers : layer => "${var.scope.name}-${layer}" }
}

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_144: A second region is a decision about residency and cost that this stack leaves to its owner.
  #checkov:skip=CKV2_AWS_62: Only bronze starts runs; events of the other buckets would have no reader.
  for_each = local.buckets

  bucket        = each.value
  force_destroy = var.force_destroy
}

resource "aws_s3_bucket_versioning" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.bucket

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.bucket

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.this.arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each = aws_s3_bucket.this

  bucket                  = each.value.bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.bucket
  policy = data.aws_iam_policy_document.bucket[each.key].json

  # S3 refuses two changes of a bucket's access at once.
  depends_on = [aws_s3_bucket_public_access_block.this]
}

# One owner of bronze's notifications: EventBridge. Rules for datasets are rules there, never a second notification.
resource "aws_s3_bucket_notification" "bronze" {
  bucket      = aws_s3_bucket.this["bronze"].bucket
  eventbridge = true
}

resource "aws_s3_bucket_logging" "this" {
  for_each = var.access_log_bucket == null ? {} : aws_s3_bucket.this

  bucket        = each.value.bucket
  target_bucket = var.access_log_bucket
  target_prefix = "${each.value.bucket}/"
}
