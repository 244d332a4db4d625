output "database" {
  description = "Glue database that holds every table."
  value       = aws_glue_catalog_database.this.name
}

output "tables" {
  description = "Name of every table and view."
  value       = sort(concat(keys(aws_glue_catalog_table.this), keys(aws_glue_catalog_table.view)))
}

output "scheduled_datasets" {
  description = "Datasets that have a daily run: those of silver with a live contract, unless they run on request only."
  value       = local.live_datasets
}
