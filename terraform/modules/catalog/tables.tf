# What each table is, as plain values; main.tf turns them into Glue tables.
locals {
  published = {
    for name, contract in local.contracts : name => {
      description = contract.description
      location    = "s3://${contract.bucket}/${contract.dataset}/schema_v=${contract.schema_version}/current/"
      properties  = contract.properties
      contract    = contract.version
      serde       = "parquet"
    }
  }

  # All versions of a dataset: one manifest for each partition names the files of every version. The columns are those of
  # the newest version; one that an older file does not have is null there. The dataset's view reads this table.
  all_versions = {
    for dataset, name in local.newest : "${dataset}_all" => {
      description = "What is current of ${dataset}, whatever its schema version; query the view ${dataset}."
      location    = "s3://${local.contracts[name].bucket}/${dataset}/current/"
      properties  = local.contracts[name].properties
      contract    = local.contracts[name].version
      serde       = "parquet"
    }
  }

  # Every file of a run, promoted or not. The partition key run_id takes the place of the column of that name.
  audited = {
    for name, contract in local.contracts : "${name}_runs" => {
      description = "Files of one run of ${name}, promoted or not: filter on run_id = '...'."
      location    = "s3://${contract.bucket}/${contract.dataset}/schema_v=${contract.schema_version}/audit/"
      properties = concat(
        [for p in contract.properties : p if !try(p.partitioned, false) && p.name != "run_id"],
        [local.run_id_key],
      )
      contract = contract.version
      serde    = "parquet"
    }
  }
  run_id_key = {
    name             = "run_id"
    physicalType     = "string"
    description      = "The run."
    partitioned      = true
    customProperties = [{ property = "projection", value = { type = "injected" } }]
  }

  # Every entry of the lives of rows that failed a check; the views <dataset>_quarantine and _condemned show the newest.
  held_back = {
    for dataset in local.silver_datasets : "${dataset}_quarantine_history" => {
      description = "All that happened to rows of ${dataset} that failed a check, one entry for every state."
      location    = "s3://${var.buckets["quarantine"]}/${dataset}/quarantined/current/"
      properties  = local.platform.quarantine.schema[0].properties
      contract    = local.platform.quarantine.version
      serde       = "parquet"
    }
  }

  ledger = {
    run_summaries = {
      description = local.platform.run_summaries.description.purpose
      location    = "s3://${var.buckets["control"]}/run_summaries/"
      properties  = local.platform.run_summaries.schema[0].properties
      contract    = local.platform.run_summaries.version
      serde       = "json"
    }
  }

  tables = {
    for name, table in merge(local.published, local.all_versions, local.audited, local.held_back, local.ledger) : name => merge(table, {
      columns = [for p in table.properties : p if !try(p.partitioned, false)]
      # values() gives them in the order of their positions.
      keys = values({
        for p in table.properties : format("%03d", try(p.partitionKeyPosition, 1)) => p if try(p.partitioned, false)
      })
    })
  }

  projections = {
    for name, table in local.tables : name => {
      for key in table.keys : key.name => merge(
        { for c in try(key.customProperties, []) : c.property => c.value }["projection"],
        key.name == "dataset" ? { values = join(",", local.all_datasets) } : {},
      )
    }
  }

  # ODCS writes intervalUnit, Athena interval.unit; everything else has the same name in both.
  projection_parameters = {
    for name, keys in local.projections : name => merge([
      for key, projection in keys : {
        for setting, value in projection :
        "projection.${key}.${replace(setting, "intervalUnit", "interval.unit")}" => tostring(value)
      }
    ]...)
  }

  # Where Athena finds a partition: year=${year}/month=${month}, with the braces left for Athena to fill.
  partition_paths = {
    for name, table in local.tables : name => join("/", [for key in table.keys : "${key.name}=$${${key.name}}"])
  }
}
