output "role_arns" {
  description = "Role of each purpose, for the variables of the GitHub repository and its environments."
  value       = { for role, values in aws_iam_role.this : role => values.arn }
}

output "boundary_arn" {
  description = "What a role of the stack can do at most, whatever its own policy says."
  value       = aws_iam_policy.boundary.arn
}
