variable "scope" {
  description = "Who and where: the stack's name and environment, its account, region and partition."
  type = object({
    name        = string
    environment = string
    account_id  = string
    region      = string
    partition   = string
  })
}

variable "force_destroy" {
  description = "Let `terraform destroy` delete buckets that still hold objects."
  type        = bool
  default     = false
}

variable "lifecycle_rules" {
  description = "Give the buckets their lifecycle rules."
  type        = bool
  default     = true
}

variable "access_log_bucket" {
  description = "Bucket that collects S3 server access logs; null turns them off."
  type        = string
  default     = null
}
