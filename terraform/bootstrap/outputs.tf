output "bucket" {
  description = "Bucket for envs/<environment>.s3.tfbackend."
  value       = aws_s3_bucket.state.bucket
}
