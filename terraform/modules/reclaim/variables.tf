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
  description = "Key that encrypts what is read and the leases that are written."
  type        = string
}
