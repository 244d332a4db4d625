variable "name" {
  description = "Name of the stack whose state this is, e.g. assay-prod. The bucket is <name>-state."
  type        = string
}

variable "account_id" {
  description = "AWS account of the stack."
  type        = string
}

variable "region" {
  description = "AWS region."
  type        = string
  default     = "eu-west-1"
}
