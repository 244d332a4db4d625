mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  scope = {
    name        = "assay-test"
    environment = "staging"
    account_id  = "111111111111"
    region      = "eu-west-1"
    partition   = "aws"
  }
}

run "every_bucket_is_versioned_encrypted_and_closed" {
  command = plan

  module {
    source = "./modules/storage"
  }

  override_resource {
    target          = aws_kms_key.this
    override_during = plan
    values          = { arn = "arn:aws:kms:eu-west-1:111111111111:key/test" }
  }

  assert {
    condition = join(" ", sort(values(output.buckets))) == join(" ", [
      "assay-test-artifacts", "assay-test-athena-results", "assay-test-bronze", "assay-test-control",
      "assay-test-gold", "assay-test-quarantine", "assay-test-silver",
    ])
    error_message = "The stack has these seven buckets."
  }

  assert {
    condition     = alltrue([for bucket in aws_s3_bucket.this : !bucket.force_destroy])
    error_message = "A bucket with data cannot be destroyed unless somebody says so."
  }

  assert {
    condition     = alltrue([for v in aws_s3_bucket_versioning.this : v.versioning_configuration[0].status == "Enabled"])
    error_message = "Every bucket keeps versions."
  }

  assert {
    condition = alltrue([
      for encryption in aws_s3_bucket_server_side_encryption_configuration.this : alltrue([
        for rule in encryption.rule :
        rule.bucket_key_enabled && rule.apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms" &&
        rule.apply_server_side_encryption_by_default[0].kms_master_key_id == aws_kms_key.this.arn
      ])
    ])
    error_message = "Every bucket encrypts with the stack's key, and with bucket keys."
  }

  assert {
    condition = alltrue([
      for block in aws_s3_bucket_public_access_block.this :
      block.block_public_acls && block.block_public_policy && block.ignore_public_acls && block.restrict_public_buckets
    ])
    error_message = "No bucket can be made public."
  }

  assert {
    condition     = aws_s3_bucket_notification.bronze.eventbridge && aws_s3_bucket_notification.bronze.bucket == "assay-test-bronze"
    error_message = "Bronze, and only bronze, sends events."
  }

  assert {
    condition     = aws_kms_key.this.enable_key_rotation
    error_message = "The key rotates."
  }
}

run "age_never_expires_what_may_be_current" {
  command = plan

  module {
    source = "./modules/storage"
  }

  assert {
    condition     = length(aws_s3_bucket_lifecycle_configuration.this) == 7
    error_message = "Every bucket has lifecycle rules."
  }

  assert {
    condition = join(" ", sort([
      for layer, configuration in aws_s3_bucket_lifecycle_configuration.this : layer
      if length(configuration.rule[0].expiration) > 0
    ])) == "athena-results"
    error_message = "Only query results expire by age: S3 cannot know which run is current."
  }

  assert {
    condition = alltrue([
      for configuration in aws_s3_bucket_lifecycle_configuration.this :
      alltrue([for t in configuration.rule[0].transition : contains(["STANDARD_IA", "GLACIER_IR"], t.storage_class)])
    ])
    error_message = "Athena cannot read the colder classes."
  }

  assert {
    condition     = length(aws_s3_bucket_logging.this) == 0
    error_message = "Without a log bucket there are no access logs."
  }
}

run "rules_and_access_logs_follow_their_variables" {
  command = plan

  module {
    source = "./modules/storage"
  }

  variables {
    lifecycle_rules   = false
    access_log_bucket = "account-access-logs"
  }

  assert {
    condition     = length(aws_s3_bucket_lifecycle_configuration.this) == 0
    error_message = "lifecycle_rules = false leaves the rules out."
  }

  assert {
    condition     = length(aws_s3_bucket_logging.this) == 7
    error_message = "With a log bucket every bucket logs to it."
  }
}
