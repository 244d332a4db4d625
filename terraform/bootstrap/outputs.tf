output "bucket" {
  description = "Bucket for envs/<environment>.s3.tfbackend."
  value       = aws_s3_bucket.state.bucket
}

output "github_roles" {
  description = "Roles for the variables of the GitHub repository and its environments."
  value       = module.delivery.role_arns
}

output "boundary_arn" {
  description = "Permissions boundary of every role of the stack."
  value       = module.delivery.boundary_arn
}
