output "database" {
  description = "Glue database that holds every table."
  value       = aws_glue_catalog_database.this.name
}

output "tables" {
  description = "Name of every table and view."
  value       = sort(concat(keys(aws_glue_catalog_table.this), keys(aws_glue_catalog_table.view)))
}

output "freshness" {
  description = "Hours that the newest good run of each ingested dataset may be old, where its dataset.yaml says so."
  value = {
    for dataset, found in local.life_cycles : dataset => found.freshness.maxAgeHours
    if contains(local.live_datasets, dataset) && can(found.freshness.maxAgeHours)
  }
}

output "scheduled_datasets" {
  description = "Datasets that have a daily run: those of silver with a live contract, unless they run on request only."
  value       = local.live_datasets
}
