# The unversioned view of each dataset, and those of its open and condemned rows, in the encoding Athena itself writes.
# Their columns are those of the newest active schema version, and of quarantine; the SQL is rendered from the same
# contracts.
locals {
  presto_types = { string = "varchar", int = "integer", timestamp = "timestamp(3)" }

  # array<struct<by:string>> is array(row("by" varchar)) to Presto; a field may be named like a keyword.
  nested_types = {
    for type in distinct(local.platform.quarantine.schema[0].properties[*].physicalType) :
    type => replace(replace(local.named_fields[type], "<", "("), ">", ")") if strcontains(type, "<")
  }
  named_fields = {
    for type in distinct(local.platform.quarantine.schema[0].properties[*].physicalType) : type => replace(
      replace(replace(replace(replace(type, "/([a-z_]+):/", "\"$1\" "), "struct<", "row<"), ",", ", "), "/\\bstring\\b/", "varchar"),
      "/\\bint\\b/", "integer"
    )
  }

  schema_version_column = {
    name         = "schema_v"
    physicalType = "string"
    description  = "The schema version that holds the row."
  }

  dataset_views = {
    for dataset, table in local.newest : dataset => {
      description = "Every schema version of ${dataset} as one table."
      columns     = concat(local.tables[table].columns, [local.schema_version_column], local.tables[table].keys)
    }
  }
  held_views = merge([
    for dataset in local.silver_datasets : {
      for name, which in { quarantine = "open", condemned = "condemned" } : "${dataset}_${name}" => {
        description                   = "Rows of ${dataset} that are ${which}."
        columns = concat(
          local.tables["${dataset}_quarantine_history"].columns, local.tables["${dataset}_quarantine_history"].keys,
        )
      }
    }
  ]...)
  views = {
    for name, view in merge(local.dataset_views, local.held_views) : name => merge(view, {
      sql = trimspace(file("${var.views_dir}/${name}.sql"))
    })
  }

  presto_views = {
    for dataset, view in local.views : dataset => jsonencode({
      originalSql = view.sql
      catalog     = "awsdatacatalog"
      schema      = aws_glue_catalog_database.this.name
      columns = [
        for column in view.columns :
        {
          name = column.name
          type = lookup(merge(local.presto_types, local.nested_types), column.physicalType, column.physicalType)
        }
      ]
    })
  }
}

resource "aws_glue_catalog_table" "view" {
  for_each = local.views

  database_name = aws_glue_catalog_database.this.name
  name          = each.key
  description   = each.value.description
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
      condition = alltrue([
        for column in each.value.columns :
        !strcontains(column.physicalType, "<") || contains(keys(local.nested_types), column.physicalType)
      ])
      error_message = "The view ${each.key} has a nested column that quarantine does not have; only those are translated."
    }
  }

  depends_on = [aws_glue_catalog_table.this]
}

# They were tables of their own before; as another resource, a name would be created before it is free.
moved {
  from = aws_glue_catalog_table.this["transactions_quarantine"]
  to   = aws_glue_catalog_table.view["transactions_quarantine"]
}

moved {
  from = aws_glue_catalog_table.this["transactions_condemned"]
  to   = aws_glue_catalog_table.view["transactions_condemned"]
}
