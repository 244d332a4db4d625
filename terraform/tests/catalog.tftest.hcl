mock_provider "aws" {}

variables {
  scope = {
    name        = "assay-test"
    environment = "staging"
    account_id  = "111111111111"
    region      = "eu-west-1"
    partition   = "aws"
  }
  buckets       = { silver = "t-silver", gold = "t-gold", quarantine = "t-quarantine", control = "t-control" }
  contracts_dir = "./tests/contracts"
  views_dir     = "./tests/views"
}

run "a_contract_becomes_its_tables" {
  command = plan

  module {
    source = "./modules/catalog"
  }

  assert {
    condition = join(" ", output.tables) == join(" ", [
      "orders", "orders_all", "orders_condemned", "orders_quarantine", "orders_quarantine_history", "orders_v10", "orders_v10_runs", "orders_v2",
      "orders_v2_runs", "run_summaries",
    ])
    error_message = "Two versions give two published and two audit tables; the dataset gives a table of all versions, a view over it, a table of what happened to rows held back and two views over that."
  }

  assert {
    condition     = join(" ", [for c in aws_glue_catalog_table.this["orders_v10"].storage_descriptor[0].columns : "${c.name}:${c.type}"]) == "order_id:string amount:decimal(18,2) shop:string row_id:string run_id:string"
    error_message = "Columns are those of the contract and the lineage, in that order."
  }

  assert {
    condition     = join(" ", [for k in aws_glue_catalog_table.this["orders_v10"].partition_keys : "${k.name}:${k.type}"]) == "year:int month:int"
    error_message = "Partition keys follow partitionKeyPosition, not the order in the file."
  }

  assert {
    condition = (
      aws_glue_catalog_table.this["orders_v10"].storage_descriptor[0].location == "s3://t-silver/orders/schema_v=v10/current/" &&
      aws_glue_catalog_table.this["orders_v10"].parameters["storage.location.template"] == "s3://t-silver/orders/schema_v=v10/current/year=$${year}/month=$${month}" &&
      aws_glue_catalog_table.this["orders_v10"].parameters["projection.month.digits"] == "2" &&
      aws_glue_catalog_table.this["orders_v10"].parameters["projection.year.range"] == "2020,2029"
    )
    error_message = "Athena finds the manifests of every partition by projection."
  }

  assert {
    condition = (
      aws_glue_catalog_table.this["orders_all"].storage_descriptor[0].location == "s3://t-silver/orders/current/" &&
      aws_glue_catalog_table.this["orders_all"].storage_descriptor[0].columns == aws_glue_catalog_table.this["orders_v10"].storage_descriptor[0].columns
    )
    error_message = "The table of all versions has the columns of the newest active one."
  }

  assert {
    condition = (
      aws_glue_catalog_table.this["orders_v10_runs"].parameters["projection.run_id.type"] == "injected" &&
      !contains([for c in aws_glue_catalog_table.this["orders_v10_runs"].storage_descriptor[0].columns : c.name], "run_id")
    )
    error_message = "In the audit table run_id is the partition key, and no column."
  }

  assert {
    condition = (
      aws_glue_catalog_table.this["orders_quarantine_history"].parameters["projection.ingest_date.interval.unit"] == "DAYS" &&
      aws_glue_catalog_table.this["orders_quarantine_history"].storage_descriptor[0].location == "s3://t-quarantine/orders/quarantined/current/"
    )
    error_message = "Rows held back are found by the day of their delivery."
  }

  assert {
    condition     = aws_glue_catalog_table.this["run_summaries"].parameters["projection.dataset.values"] == "orders"
    error_message = "The ledger knows every dataset."
  }
}

run "the_view_is_athenas_own_encoding_of_the_newest_live_version" {
  # An apply of the mock: the encoded text names the database, which only exists after one.
  module {
    source = "./modules/catalog"
  }

  assert {
    condition     = join(" ", [for c in aws_glue_catalog_table.view["orders"].storage_descriptor[0].columns : c.name]) == "order_id amount shop row_id run_id schema_v year month"
    error_message = "v10 is newer than v2, although it sorts before it."
  }

  assert {
    condition = (
      jsondecode(base64decode(trimsuffix(trimprefix(aws_glue_catalog_table.view["orders"].view_original_text, "/* Presto View: "), " */"))).originalSql
      == trimspace(file("./tests/views/orders.sql"))
    )
    error_message = "The view runs the rendered SQL, and nothing else."
  }

  assert {
    condition = join(" ", [
      for c in jsondecode(base64decode(trimsuffix(trimprefix(aws_glue_catalog_table.view["orders"].view_original_text, "/* Presto View: "), " */"))).columns :
      c.type
    ]) == "varchar decimal(18,2) varchar varchar varchar varchar integer integer"
    error_message = "Inside, the types are Athena's; outside, they are Hive's."
  }

  assert {
    condition     = join(" ", output.scheduled_datasets) == "orders"
    error_message = "A dataset with a live contract runs daily."
  }
}
