# The same module, planned by the real provider without calling AWS. tests/terraform reads the plan and judges the
# rendered policies in it.
provider "aws" {
  region     = "eu-west-1"
  access_key = "offline"
  secret_key = "offline"

  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  scope = {
    name        = "assay-test"
    environment = "staging"
    account_id  = "111111111111"
    region      = "eu-west-1"
    partition   = "aws"
  }
  state = { bucket = "assay-test-state", kms_key_arn = "arn:aws:kms:eu-west-1:111111111111:key/state" }
}

run "subjects_with_names" {
  command = plan

  module {
    source = "./modules/delivery"
  }

  variables {
    github = { owner = "example", repository = "assay" }
  }
}

run "subjects_with_ids" {
  command = plan

  module {
    source = "./modules/delivery"
  }

  variables {
    github = { owner = "example", repository = "assay", owner_id = "12", repository_id = "345" }
  }
}

run "subjects_of_a_repository_that_moves" {
  command = plan

  module {
    source = "./modules/delivery"
  }

  variables {
    github = { owner = "example", repository = "assay", owner_id = "12", repository_id = "345", also_by_name = true }
  }
}
