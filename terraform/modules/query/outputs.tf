output "workgroup" {
  description = "Athena workgroup for people and tools."
  value       = aws_athena_workgroup.this.name
}

output "analyst_policy_arn" {
  description = "IAM policy that lets a role query silver and gold, and nothing else."
  value       = aws_iam_policy.analyst.arn
}

output "saved_queries" {
  description = "Saved queries by name."
  value       = { for name, query in aws_athena_named_query.this : name => query.id }
}
