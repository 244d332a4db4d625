# The bucket, the key and the region come from envs/<environment>.s3.tfbackend.
terraform {
  backend "s3" {}
}
