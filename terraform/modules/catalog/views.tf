# The unversioned view of each dataset, in the encoding Athena itself writes. Its columns are those of the newest active
# schema version; the SQL, rendered from the same contracts, casts every one of them.
locals {
  presto_types = { string = "varchar", int = "integer", timestamp = "timestamp(3)" }

  schema_version_column = {
    name         = "schema_v"
    physicalType = "string"
    description  = "The schema version that holds the row."
  }

  views = {
    for dataset, table in local.newest : dataset => {
      sql     = trimspace(file("${var.views_dir}/${dataset}.sql"))
      columns = concat(local.tables[table].columns, [local.schema_version_column], local.tables[table].keys)
    }
  }

  presto_views = {
    for dataset, view in local.views : dataset => jsonencode({
      originalSql = view.sql
      catalog     = "awsdatacatalog"
      schema      = aws_glue_catalog_database.this.name
      columns = [
        for column in view.columns :
        { name = column.name, type = lookup(local.presto_types, column.physicalType, column.physicalType) }
      ]
    })
  }
}

resource "aws_glue_catalog_table" "view" {
  for_each = local.views

  database_name = aws_glue_catalog_database.this.name
  name          = each.key
  description   = "Every schema version of ${each.key} as one table."
  table_type    = "VIRTUAL_VIEW"

  view_original_text = "/* Presto View: ${base64encode(local.presto_views[each.key])} */"
  view_expanded_text = "/* Presto View */"

  parameters = {
    presto_view = "true"
    comment     = "Presto View"
  }

  storage_descriptor {
    # Athena refuses a view whose storage descriptor has no SerDe at all.
    ser_de_info {
      name                  = "-"
      serialization_library = "-"
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

  lifecycle {
    precondition {
      condition     = alltrue([for column in each.value.columns : !strcontains(column.physicalType, "<")])
      error_message = "The view ${each.key} has a nested column; presto_types translates flat types only."
    }
  }

  depends_on = [aws_glue_catalog_table.this]
}
