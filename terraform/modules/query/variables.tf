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

variable "buckets" {
  description = "Name of each bucket by its layer."
  type        = map(string)
}

variable "kms_key_arn" {
  description = "Key that encrypts query results."
  type        = string
}

variable "database" {
  description = "Glue database that the saved queries run in."
  type        = string
}

variable "queries_dir" {
  description = "Folder with the saved queries, one .sql file each; the first line is a comment that says what it answers."
  type        = string
}

variable "scan_limit_bytes" {
  description = "Bytes after which Athena stops a query."
  type        = number

  validation {
    condition     = var.scan_limit_bytes >= 10485760
    error_message = "scan_limit_bytes is at least 10485760, Athena's own minimum."
  }
}

variable "force_destroy" {
  description = "Let `terraform destroy` delete the workgroup with its history of queries."
  type        = bool
  default     = false
}
