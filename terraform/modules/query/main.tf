locals {
  files   = fileset(var.queries_dir, "*.sql")
  queries = { for path in local.files : trimsuffix(path, ".sql") => file("${var.queries_dir}/${path}") }
}

resource "aws_athena_workgroup" "this" {
  name          = var.scope.name
  description   = "Queries on ${var.database}. Its settings hold for every client."
  force_destroy = var.force_destroy

  configuration {
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    bytes_scanned_cutoff_per_query     = var.scan_limit_bytes

    engine_version {
      selected_engine_version = "Athena engine version 3"
    }

    result_configuration {
      output_location = "s3://${var.buckets["athena-results"]}/${var.scope.name}/"

      encryption_configuration {
        encryption_option = "SSE_KMS"
        kms_key_arn       = var.kms_key_arn
      }
    }
  }
}

resource "aws_athena_named_query" "this" {
  for_each = local.queries

  name        = each.key
  description = trimprefix(split("\n", each.value)[0], "-- ")
  workgroup   = aws_athena_workgroup.this.id
  database    = var.database
  query       = each.value
}
