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

variable "github" {
  # Both ids if the repository's subjects carry them; also_by_name accepts subjects without ids too, for as long as a
  # repository moves from one form to the other.
  description = "Repository whose workflows deliver the stack, and the branch they run on; null: no provider, no roles."
  type = object({
    owner         = string
    repository    = string
    branch        = optional(string, "main")
    owner_id      = optional(string)
    repository_id = optional(string)
    also_by_name  = optional(bool, false)
  })

  validation {
    condition = var.github == null || alltrue([
      for name in try([var.github.owner, var.github.repository], []) : can(regex("^[A-Za-z0-9._-]+$", name))
    ])
    error_message = "github.owner and github.repository are plain names: no slash, no wildcard."
  }

  validation {
    condition     = var.github == null || can(regex("^[A-Za-z0-9._/-]+$", var.github.branch))
    error_message = "github.branch is the name of one branch, without refs/heads/ and without a wildcard."
  }

  validation {
    condition = (
      (try(var.github.owner_id, null) == null) == (try(var.github.repository_id, null) == null)
      && alltrue([
        for id in try([var.github.owner_id, var.github.repository_id], []) : id == null || can(regex("^[0-9]+$", id))
      ])
    )
    error_message = "github.owner_id and github.repository_id are numbers, and come together or not at all."
  }
}

variable "create_provider" {
  description = "Make GitHub's identity provider. An account has one at most: false if another stack made it."
  type        = bool
  default     = true
}

variable "state" {
  description = "Where the stack's state lies: its bucket, its key in it, the KMS key that encrypts it."
  type = object({
    bucket      = string
    key         = optional(string, "assay.tfstate")
    kms_key_arn = string
  })

  validation {
    condition     = startswith(var.state.kms_key_arn, "arn:")
    error_message = "state.kms_key_arn is the ARN of a KMS key."
  }
}
