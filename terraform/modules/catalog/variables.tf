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

variable "contracts_dir" {
  description = "Folder with <dataset>/<version>.yaml and platform/*.yaml."
  type        = string
}

variable "views_dir" {
  description = "Folder with the SQL of each dataset's view, <dataset>.sql, rendered from the contracts."
  type        = string
}
