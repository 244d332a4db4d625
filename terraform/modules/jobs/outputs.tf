output "names" {
  description = "Name of each Glue job by its script."
  value       = { for job, resource in aws_glue_job.this : job => resource.name }
}
