locals {
  jobs = {
    bronze_to_silver = "Reads the sources of a plan, checks every record, writes valid and quarantined rows under the run."
    compact          = "Writes the rows of silver months that lie in many small files into few large ones, under the run."
    silver_to_gold   = "Rebuilds the gold months that a run touched, under the run."
  }
  names = { for job in keys(local.jobs) : job => "${var.scope.name}-${replace(job, "_", "-")}" }
  build = "s3://${var.buckets["artifacts"]}/builds/${var.build_id}"

  # Glue's own rule for jobs with a security configuration.
  log_prefix = "/aws-glue/jobs/${aws_glue_security_configuration.this.name}-role"
}

# Builds are kept in the artifacts bucket by `assay build`, before any apply; Terraform neither writes nor deletes them.
removed {
  from = aws_s3_object.script

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_s3_object.library

  lifecycle {
    destroy = false
  }
}

resource "aws_glue_job" "this" {
  for_each = local.jobs

  name        = local.names[each.key]
  description = each.value
  role_arn    = aws_iam_role.this[each.key].arn

  glue_version           = var.glue.version
  worker_type            = var.glue.worker_type
  number_of_workers      = var.glue.workers
  execution_class        = var.glue.execution_class
  timeout                = var.glue.timeout_minutes
  security_configuration = aws_glue_security_configuration.this.name

  # A retry is a decision of the state machine, which knows the run; Glue would only repeat blindly.
  max_retries             = 0
  job_run_queuing_enabled = true

  execution_property {
    max_concurrent_runs = var.glue.max_concurrent_runs
  }

  command {
    name            = "glueetl"
    python_version  = "3"
    script_location = "${local.build}/jobs/${each.key}.py"
  }

  # For a run that is started by hand. The state machine names the script and the library of its own build.
  default_arguments = {
    "--job-language"                 = "python"
    "--job-bookmark-option"          = "job-bookmark-disable"
    "--enable-metrics"               = "true"
    "--enable-observability-metrics" = "true"
    "--extra-py-files"               = "${local.build}/lake.zip"
    "--build_id"                     = var.build_id

    # Conditional writes (If-Match) came with botocore 1.35.99; what Glue brings along may be older.
    "--additional-python-modules" = "boto3==1.43.106"
  }

  # Where data lies is not a matter of the single run, so a run cannot change it.
  non_overridable_arguments = {
    "--environment"       = var.scope.environment
    "--bucket_bronze"     = var.buckets["bronze"]
    "--bucket_silver"     = var.buckets["silver"]
    "--bucket_gold"       = var.buckets["gold"]
    "--bucket_quarantine" = var.buckets["quarantine"]
    "--bucket_control"    = var.buckets["control"]
  }
}

resource "aws_glue_security_configuration" "this" {
  name = var.scope.name

  encryption_configuration {
    cloudwatch_encryption {
      cloudwatch_encryption_mode = "SSE-KMS"
      kms_key_arn                = var.kms_key_arn
    }

    job_bookmarks_encryption {
      job_bookmarks_encryption_mode = "CSE-KMS"
      kms_key_arn                   = var.kms_key_arn
    }

    s3_encryption {
      s3_encryption_mode = "SSE-KMS"
      kms_key_arn        = var.kms_key_arn
    }
  }
}

# Glue names a job's log groups after its security configuration and its role. Made here, they are encrypted and
# forget after a while; Glue would make them without an end.
resource "aws_cloudwatch_log_group" "this" {
  for_each = {
    for pair in setproduct(keys(local.jobs), ["error", "output"]) :
    "${pair[0]}/${pair[1]}" => "${aws_iam_role.this[pair[0]].name}/${pair[1]}"
  }

  name              = "${local.log_prefix}/${each.value}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}
