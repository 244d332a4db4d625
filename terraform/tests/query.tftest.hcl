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
  buckets          = { silver = "t-silver", gold = "t-gold", control = "t-control", athena-results = "t-results" }
  kms_key_arn      = "arn:aws:kms:eu-west-1:111111111111:key/test"
  database         = "assay_test"
  queries_dir      = "../sql/queries"
  scan_limit_bytes = 10485760
}

run "the_workgroup_binds_every_client" {
  command = plan

  module {
    source = "./modules/query"
  }

  assert {
    condition = (
      aws_athena_workgroup.this.configuration[0].enforce_workgroup_configuration &&
      aws_athena_workgroup.this.configuration[0].bytes_scanned_cutoff_per_query == 10485760 &&
      aws_athena_workgroup.this.configuration[0].engine_version[0].selected_engine_version == "Athena engine version 3"
    )
    error_message = "Settings are enforced, scans have a limit, the engine is named."
  }

  assert {
    condition = (
      aws_athena_workgroup.this.configuration[0].result_configuration[0].output_location == "s3://t-results/assay-test/" &&
      aws_athena_workgroup.this.configuration[0].result_configuration[0].encryption_configuration[0].encryption_option == "SSE_KMS"
    )
    error_message = "Results lie encrypted in their own bucket."
  }

  assert {
    condition     = join(" ", sort(keys(aws_athena_named_query.this))) == "balance_history quarantine_by_reason run_history"
    error_message = "Every file in sql/queries is a saved query."
  }

  assert {
    condition     = alltrue([for query in aws_athena_named_query.this : query.database == "assay_test" && !startswith(query.description, "--")])
    error_message = "A saved query knows its database and says what it answers."
  }
}

run "a_limit_below_what_athena_takes_is_refused" {
  command = plan

  module {
    source = "./modules/query"
  }

  variables {
    scan_limit_bytes = 1
  }

  expect_failures = [var.scan_limit_bytes]
}
