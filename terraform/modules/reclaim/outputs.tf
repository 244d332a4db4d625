output "role_arn" {
  description = "Role that people take to delete what no snapshot needs."
  value       = aws_iam_role.this.arn
}
