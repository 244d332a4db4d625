variable "name" {
  description = "Prefix of every resource, e.g. assay-prod. Bucket names start with it, so it is unique in the world."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,30}[a-z0-9]$", var.name))
    error_message = "name has 4 to 32 characters: lower-case letters, digits and hyphens; it starts with a letter."
  }
}

variable "environment" {
  description = "Environment this stack is."
  type        = string

  validation {
    condition     = contains(["local", "staging", "prod"], var.environment)
    error_message = "environment is one of local, staging, prod."
  }
}

variable "account_id" {
  description = "AWS account this stack belongs to. Terraform refuses to work in any other."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id has 12 digits."
  }
}

variable "region" {
  description = "AWS region."
  type        = string
  default     = "eu-west-1"
}

variable "emulated_endpoint" {
  description = "AWS_ENDPOINT_URL names an AWS-compatible endpoint without credential checks and bucket host names."
  type        = bool
  default     = false
}

variable "bounded_roles" {
  description = "Give every role the permissions boundary that bootstrap made. On wherever bootstrap was applied."
  type        = bool
  default     = false
}

variable "artifacts_dir" {
  description = "Folder with the build: manifest.json, functions.zip, lake.zip, jobs/*.py. Relative to this folder or absolute."
  type        = string
  default     = "../build/artifacts"

  validation {
    condition = fileexists(
      startswith(var.artifacts_dir, "/") ? "${var.artifacts_dir}/manifest.json" : "${path.root}/${var.artifacts_dir}/manifest.json"
    )
    error_message = "There is no manifest.json in artifacts_dir. Make the build first."
  }
}

variable "force_destroy" {
  description = "Let `terraform destroy` delete buckets that still hold data. Only where data is worth nothing."
  type        = bool
  default     = false
}

variable "lifecycle_rules" {
  description = "Give the buckets their lifecycle rules. Off on the laptop: the provider waits 55 s for them."
  type        = bool
  default     = true
}

variable "access_log_bucket" {
  description = "Bucket of the account that collects S3 server access logs; null turns them off."
  type        = string
  default     = null
}

variable "log_retention_days" {
  description = "Days that CloudWatch keeps logs."
  type        = number
  default     = 365
}

variable "alert_emails" {
  description = "Addresses that get every alert. AWS asks each of them to confirm."
  type        = list(string)
  default     = []
}

variable "keep_untold_events" {
  description = "Keep events that could not be mailed in a queue. Off on the laptop: the provider waits 25 s for a queue."
  type        = bool
  default     = true
}

variable "approvals" {
  description = "Whether people have to let a backfill begin, and promote what changes much: required or off."
  type        = string
  default     = "required"

  validation {
    condition     = contains(["required", "off"], var.approvals)
    error_message = "approvals is one of required, off."
  }
}

variable "approval_hours" {
  description = "Hours that people have to answer a run that waits for an approval. Then it expires, nothing is changed."
  type        = number
  default     = 72

  validation {
    condition     = var.approval_hours == floor(var.approval_hours) && var.approval_hours >= 1 && var.approval_hours <= 2160
    error_message = "approval_hours is a whole number from 1 to 2160 (90 days): a run may last a year at most."
  }
}

variable "schedule_enabled" {
  description = "Whether runs start by themselves: on schedule, and when something is delivered. Off, deliveries wait in bronze."
  type        = bool
  default     = true
}

variable "quarantine_digest_time" {
  description = "When the daily mail about quarantine is sent, HH:MM in UTC."
  type        = string
  default     = "06:30"

  validation {
    condition     = can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]$", var.quarantine_digest_time))
    error_message = "quarantine_digest_time is a time of day in UTC such as 06:30."
  }
}

variable "glue" {
  description = "Size and limits of the Glue jobs."
  type = object({
    version             = optional(string, "5.1")
    worker_type         = optional(string, "G.1X")
    workers             = optional(number, 2)
    timeout_minutes     = optional(number, 60)
    max_concurrent_runs = optional(number, 3)
    execution_class     = optional(string, "STANDARD")
  })
  default = {}
}

variable "reserved_concurrency" {
  description = "Executions reserved for each function; -1 reserves none (an account with a small quota may need that)."
  type        = number
  default     = 5
}

variable "scan_limit_bytes" {
  description = "Bytes after which Athena stops a query."
  type        = number
  default     = 107374182400
}
