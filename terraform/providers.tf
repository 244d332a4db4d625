# No endpoints here: the provider, the backend, boto3 and Spark all follow AWS_ENDPOINT_URL.
provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  # The only switch between AWS and an AWS-compatible endpoint.
  skip_credentials_validation = var.emulated_endpoint
  skip_metadata_api_check     = var.emulated_endpoint
  s3_use_path_style           = var.emulated_endpoint

  default_tags {
    tags = {
      project     = "assay"
      environment = var.environment
      managed_by  = "terraform"
    }
  }
}
