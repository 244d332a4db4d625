variable "name" {
  description = "Name of the stack whose state this is, e.g. assay-prod. The bucket is <name>-state."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,30}[a-z0-9]$", var.name))
    error_message = "name has 4 to 32 characters: lower-case letters, digits and hyphens; it starts with a letter."
  }
}

variable "environment" {
  description = "Environment of the stack. GitHub's environment has the same name."
  type        = string

  validation {
    condition     = contains(["local", "staging", "prod"], var.environment)
    error_message = "environment is one of local, staging, prod."
  }
}

variable "account_id" {
  description = "AWS account of the stack."
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

variable "github" {
  description = "Repository whose workflows deliver the stack (see modules/delivery); null: nobody but people deploys."
  type = object({
    owner         = string
    repository    = string
    branch        = optional(string, "main")
    owner_id      = optional(string)
    repository_id = optional(string)
    also_by_name  = optional(bool, false)
  })
  default = null
}

variable "create_provider" {
  description = "Make GitHub's identity provider. An account has one at most: false if it is there already."
  type        = bool
  default     = true
}
