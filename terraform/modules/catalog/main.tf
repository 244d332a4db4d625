locals {
  formats = {
    # Paths of the current files in a manifest, Parquet behind them.
    parquet = {
      input  = "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat"
      output = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
      serde  = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    }
    json = {
      input  = "org.apache.hadoop.mapred.TextInputFormat"
      output = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
      serde  = "org.openx.data.jsonserde.JsonSerDe"
    }
  }
}

resource "aws_glue_catalog_database" "this" {
  name        = replace(var.scope.name, "-", "_")
  description = "Tables of ${var.scope.name}, generated from the contracts."
}

resource "aws_glue_catalog_table" "this" {
  for_each = local.tables

  database_name = aws_glue_catalog_database.this.name
  name          = each.key
  description   = each.value.description
  table_type    = "EXTERNAL_TABLE"

  parameters = merge(local.projection_parameters[each.key], {
    EXTERNAL                    = "TRUE"
    classification              = each.value.serde
    "assay.contract_version"    = each.value.contract
    "projection.enabled"        = "true"
    "storage.location.template" = "${each.value.location}${local.partition_paths[each.key]}"
  })

  dynamic "partition_keys" {
    for_each = each.value.keys

    content {
      name    = partition_keys.value.name
      type    = partition_keys.value.physicalType
      comment = partition_keys.value.description
    }
  }

  storage_descriptor {
    location      = each.value.location
    input_format  = local.formats[each.value.serde].input
    output_format = local.formats[each.value.serde].output

    ser_de_info {
      name                  = each.value.serde
      serialization_library = local.formats[each.value.serde].serde
    }

    dynamic "columns" {
      for_each = each.value.columns

      content {
        name    = columns.value.name
        type    = columns.value.physicalType
        comment = columns.value.description
      }
    }
  }
}
