# For people and tools that ask: they read silver and gold through Athena and write nothing but query results.
# Quarantine holds raw records as they arrived; that is for operators.
locals {
  arns     = { for layer, bucket in var.buckets : layer => "arn:${var.scope.partition}:s3:::${bucket}" }
  regional = "${var.scope.region}:${var.scope.account_id}"
  glue     = "arn:${var.scope.partition}:glue:${local.regional}"
}

resource "aws_iam_policy" "analyst" {
  name        = "${var.scope.name}-analyst"
  description = "Query silver and gold of ${var.scope.name} with Athena."
  policy      = data.aws_iam_policy_document.analyst.json
}

data "aws_iam_policy_document" "analyst" {
  statement {
    sid = "RunQueries"
    actions = [
      "athena:StartQueryExecution", "athena:StopQueryExecution", "athena:GetQueryExecution", "athena:GetQueryResults",
      "athena:GetWorkGroup", "athena:ListQueryExecutions", "athena:GetNamedQuery", "athena:ListNamedQueries",
    ]
    resources = ["arn:${var.scope.partition}:athena:${local.regional}:workgroup/${var.scope.name}"]
  }

  statement {
    sid     = "ReadCatalog"
    actions = ["glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:GetPartition", "glue:GetPartitions"]
    resources = [
      "${local.glue}:catalog", "${local.glue}:database/${var.database}", "${local.glue}:table/${var.database}/*",
    ]
  }

  statement {
    sid       = "ReadData"
    actions   = ["s3:GetObject"]
    resources = ["${local.arns["silver"]}/*", "${local.arns["gold"]}/*", "${local.arns["control"]}/run_summaries/*"]
  }

  statement {
    sid       = "ListData"
    actions   = ["s3:ListBucket", "s3:GetBucketLocation"]
    resources = [for layer in ["silver", "gold", "control", "athena-results"] : local.arns[layer]]
  }

  statement {
    sid       = "KeepResults"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"]
    resources = ["${local.arns["athena-results"]}/${var.scope.name}/*"]
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
  }
}
