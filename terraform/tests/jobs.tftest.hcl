mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111111111111:role/test" }
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
  buckets = {
    bronze    = "t-bronze", silver = "t-silver", gold = "t-gold", quarantine = "t-quarantine", control = "t-control"
    artifacts = "t-artifacts"
  }
  kms_key_arn        = "arn:aws:kms:eu-west-1:111111111111:key/test"
  build_id           = "0123456789ab"
  log_retention_days = 365
  glue = {
    version         = "5.1", worker_type = "G.1X", workers = 2, timeout_minutes = 60, max_concurrent_runs = 3
    execution_class = "STANDARD"
  }
}

run "jobs_are_pinned_and_leave_retries_to_the_state_machine" {
  command = plan

  module {
    source = "./modules/jobs"
  }

  assert {
    condition = alltrue([
      for job in aws_glue_job.this :
      job.glue_version == "5.1" && job.max_retries == 0 && job.timeout == 60 && job.job_run_queuing_enabled
    ])
    error_message = "Glue 5.1, no retries of its own, a timeout, queuing."
  }

  assert {
    condition     = alltrue([for job in aws_glue_job.this : job.security_configuration == "assay-test"])
    error_message = "Every job encrypts what it writes and logs."
  }

  assert {
    condition = alltrue([
      for job in aws_glue_job.this :
      job.default_arguments["--enable-metrics"] == "true" && job.default_arguments["--enable-observability-metrics"] == "true"
    ])
    error_message = "Every job reports metrics while it runs."
  }

  assert {
    condition = join(" ", sort([for group in aws_cloudwatch_log_group.this : group.name])) == join(" ", [
      "/aws-glue/jobs/assay-test-role/assay-test-bronze-to-silver/error",
      "/aws-glue/jobs/assay-test-role/assay-test-bronze-to-silver/output",
      "/aws-glue/jobs/assay-test-role/assay-test-compact/error",
      "/aws-glue/jobs/assay-test-role/assay-test-compact/output",
      "/aws-glue/jobs/assay-test-role/assay-test-silver-to-gold/error",
      "/aws-glue/jobs/assay-test-role/assay-test-silver-to-gold/output",
    ])
    error_message = "The log groups are those that Glue writes to under this security configuration and role."
  }

  assert {
    condition = alltrue([
      for job in aws_glue_job.this :
      join(" ", sort(keys(job.non_overridable_arguments))) == join(" ", sort([
        "--bucket_bronze", "--bucket_control", "--bucket_gold", "--bucket_quarantine", "--bucket_silver",
        "--environment",
      ]))
    ])
    error_message = "A run cannot say where data lies."
  }

  assert {
    condition     = aws_glue_job.this["bronze_to_silver"].command[0].script_location == "s3://t-artifacts/builds/0123456789ab/jobs/bronze_to_silver.py"
    error_message = "A job that is started by hand runs the script of its build."
  }
}

run "a_version_that_moves_by_itself_is_refused" {
  command = plan

  module {
    source = "./modules/jobs"
  }

  variables {
    glue = {
      version = "auto", worker_type = "G.1X", workers = 2, timeout_minutes = 60, max_concurrent_runs = 3, execution_class = "STANDARD"
    }
  }

  expect_failures = [var.glue]
}

run "no_version_is_refused" {
  command = plan

  module {
    source = "./modules/jobs"
  }

  variables {
    glue = {
      version = null, worker_type = "G.1X", workers = 2, timeout_minutes = 60, max_concurrent_runs = 3, execution_class = "STANDARD"
    }
  }

  expect_failures = [var.glue]
}
