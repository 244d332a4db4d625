variable "scope" {
  description = "Who and where: the stack's name and environment, its account, region and partition."
  type = object({
    name        = string
    environment = string
    account_id  = string
    region      = string
    partition   = string
    boundary    = optional(string)
  })
}

variable "kms_key_arn" {
  description = "Key that encrypts logs and schedules."
  type        = string
}

variable "bronze_bucket" {
  description = "Bucket whose new objects start runs."
  type        = string
}

variable "datasets" {
  description = "Datasets that have a daily run."
  type        = set(string)
}

variable "function_arns" {
  description = "ARN of each function by its name."
  type        = map(string)
}

variable "function_version_arns" {
  description = "ARN of the version of each function that the state machine calls."
  type        = map(string)
}

variable "build" {
  description = "Build that the jobs of a run come from: its id, and the S3 address of its artefacts."
  type = object({
    id  = string
    uri = string
  })
}

variable "job_names" {
  description = "Name of each Glue job by its script."
  type        = map(string)
}

variable "approval_hours" {
  description = "Hours that people have to answer a run that waits for an approval."
  type        = number
}

variable "schedule_enabled" {
  description = "Whether runs start by themselves: on schedule, and when something is delivered. Off, deliveries wait in bronze."
  type        = bool
}

variable "log_retention_days" {
  description = "Days that CloudWatch keeps the log of executions."
  type        = number
}

variable "digest_time" {
  description = "When the daily mail about quarantine is sent, HH:MM in UTC."
  type        = string

  validation {
    condition     = can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]$", var.digest_time))
    error_message = "digest_time is a time of day in UTC such as 06:30."
  }
}
