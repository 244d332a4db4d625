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

variable "kms_key_arn" {
  description = "Key that encrypts the topic."
  type        = string
}

variable "emails" {
  description = "Addresses that get every alert."
  type        = list(string)

  validation {
    condition     = alltrue([for email in var.emails : can(regex("^[^@\\s]+@[^@\\s]+$", email))])
    error_message = "emails holds mail addresses."
  }
}

variable "state_machine" {
  description = "Name of the state machine that is watched."
  type        = string
}

variable "functions" {
  description = "Name of each function that is watched; tell_people is the one that mails."
  type        = map(string)

  validation {
    condition     = contains(keys(var.functions), "tell_people") && contains(keys(var.functions), "close_run")
    error_message = "functions names tell_people and close_run, or nobody would hear of anything."
  }
}

variable "jobs" {
  description = "Names of the Glue jobs that are watched."
  type        = list(string)
}

variable "keep_untold" {
  description = "Keep events that never reached the function that mails them in a queue. Off on the laptop: the provider waits 25 s for a queue."
  type        = bool
}

variable "freshness" {
  description = "Hours that the newest good run of each dataset may be old."
  type        = map(number)

  validation {
    condition     = alltrue([for hours in values(var.freshness) : hours >= 1 && hours <= 168])
    error_message = "freshness holds 1 to 168 hours: CloudWatch looks back seven days at most."
  }
}

variable "freshness_hours" {
  description = "Hours without a successful run after which an alarm goes off. The schedule is daily."
  type        = number
  default     = 26

  validation {
    condition     = var.freshness_hours >= 1 && var.freshness_hours <= 168
    error_message = "freshness_hours is between 1 and 168: CloudWatch looks back seven days at most."
  }
}
