output "buckets" {
  description = "Name of each bucket by its layer."
  value       = { for layer, bucket in aws_s3_bucket.this : layer => bucket.bucket }
}

output "kms_key_arn" {
  description = "Key that encrypts everything the stack stores."
  value       = aws_kms_key.this.arn
}
