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

variable "buckets" {
  description = "Name of each bucket by its layer."
  type        = map(string)
}

variable "kms_key_arn" {
  description = "Key that encrypts code, environment and logs."
  type        = string
}

variable "alert_topic_arn" {
  description = "Topic that alerts are published to."
  type        = string
}

variable "rehearsal_topic_arn" {
  description = "Topic of mails about what a smoke test made happen."
  type        = string
}

variable "untold_queues" {
  description = "ARN of the queue that keeps what tell_people gave up on; none where none is kept."
  type        = list(string)

  validation {
    condition     = length(var.untold_queues) <= 1
    error_message = "A function has one queue of what it gave up on."
  }
}

variable "pipeline_alias_arn" {
  description = "Alias of the state machine that dispatch starts."
  type        = string
}

variable "jobs" {
  description = "Names of the Glue jobs whose failures fail_run explains."
  type        = list(string)
}

variable "job_log_prefix" {
  description = "What the log groups of the Glue jobs begin with."
  type        = string
}

variable "approvals" {
  description = "Whether people have to let a backfill begin, and promote what changes much: required or off."
  type        = string
}

variable "artifacts" {
  description = "Folder of the build: functions.zip."
  type        = string
}

variable "build_id" {
  description = "Build these functions run."
  type        = string
}

variable "log_retention_days" {
  description = "Days that CloudWatch keeps the functions' logs."
  type        = number
}

variable "reserved_concurrency" {
  description = "Executions reserved for each function; -1 reserves none."
  type        = number

  validation {
    condition     = var.reserved_concurrency == -1 || var.reserved_concurrency >= 1
    error_message = "reserved_concurrency is -1 or at least 1; 0 would switch the functions off."
  }
}
