# What must be there before the stack: the bucket that holds its state, the key that encrypts it, and the roles that
# GitHub Actions takes. Applied once for each environment, by hand, by somebody who may; its own state is a small file.
provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = {
      project    = "assay"
      managed_by = "terraform"
    }
  }
}

# The stack's identity provider and roles for GitHub. They are not part of the stack: what deploys must not be able to
# change what it may.
module "delivery" {
  source = "../modules/delivery"

  scope           = local.scope
  github          = var.github
  create_provider = var.create_provider
  state           = { bucket = local.bucket, kms_key_arn = aws_kms_key.state.arn }
}

data "aws_partition" "current" {}

locals {
  bucket     = "${var.name}-state"
  bucket_arn = "arn:${data.aws_partition.current.partition}:s3:::${local.bucket}"

  scope = {
    name        = var.name
    environment = var.environment
    account_id  = var.account_id
    region      = var.region
    partition   = data.aws_partition.current.partition
  }
}

resource "aws_s3_bucket" "state" {
  #checkov:skip=CKV_AWS_144: Versioning keeps every state; a second region is a decision of the account's owner.
  #checkov:skip=CKV_AWS_18: Who changed the state is in CloudTrail; the account decides on access logs.
  #checkov:skip=CKV2_AWS_62: Nothing reacts to a change of the state.
  bucket = local.bucket

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.state.arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket                  = aws_s3_bucket.state.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    id     = "housekeeping"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }

    noncurrent_version_expiration {
      noncurrent_days           = 365
      newer_noncurrent_versions = 50
    }
  }

  depends_on = [aws_s3_bucket_versioning.state]
}

resource "aws_s3_bucket_policy" "state" {
  bucket = aws_s3_bucket.state.id
  policy = data.aws_iam_policy_document.state.json

  depends_on = [aws_s3_bucket_public_access_block.state]
}

data "aws_iam_policy_document" "state" {
  statement {
    sid       = "OnlyOverTls"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [local.bucket_arn, "${local.bucket_arn}/*"]

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
}

resource "aws_kms_key" "state" {
  description             = "Terraform state of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.key.json
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
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${var.account_id}:root"]
    }
  }
}
