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
  description = "Key that encrypts data, logs and job settings."
  type        = string
}

variable "build_id" {
  description = "Build these jobs run when they are started by hand; it lies in the artifacts bucket."
  type        = string
}

variable "log_retention_days" {
  description = "Days that CloudWatch keeps the jobs' logs."
  type        = number
}

variable "glue" {
  description = "Size and limits of every job."
  type = object({
    version             = string
    worker_type         = string
    workers             = number
    timeout_minutes     = number
    max_concurrent_runs = number
    execution_class     = string
  })

  # Without a version Glue takes its newest one, and "auto" lets it change the version by itself: both would run
  # code on a Spark it was not tested on.
  validation {
    condition     = try(contains(["5.1"], var.glue.version), false)
    error_message = "glue.version is 5.1, the version the code is tested on. Null and \"auto\" are refused."
  }

  validation {
    condition     = contains(["G.1X", "G.2X", "G.4X", "G.8X"], var.glue.worker_type)
    error_message = "glue.worker_type is one of G.1X, G.2X, G.4X, G.8X."
  }

  validation {
    condition     = var.glue.workers >= 2 && floor(var.glue.workers) == var.glue.workers
    error_message = "glue.workers is a whole number, 2 or more: one driver and at least one executor."
  }

  validation {
    condition     = var.glue.timeout_minutes >= 5 && var.glue.timeout_minutes <= 480
    error_message = "glue.timeout_minutes is between 5 and 480."
  }

  validation {
    condition     = contains(["STANDARD", "FLEX"], var.glue.execution_class)
    error_message = "glue.execution_class is STANDARD or FLEX."
  }
}
