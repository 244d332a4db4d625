# A dataset with one schema version is applied, then it gets a second one. tests/terraform reads the second plan and
# judges what becomes of the resources that are there.
mock_provider "aws" {}

variables {
  scope = {
    name        = "assay-test"
    environment = "staging"
    account_id  = "111111111111"
    region      = "eu-west-1"
    partition   = "aws"
  }
  buckets       = { silver = "t-silver", gold = "t-gold", quarantine = "t-quarantine", control = "t-control" }
  contracts_dir = "./tests/contracts"
  views_dir     = "./tests/views"
}

run "one_version" {
  module {
    source = "./modules/catalog"
  }

  variables {
    contracts_dir = "./tests/contracts_before"
  }

  assert {
    condition = join(" ", output.tables) == join(" ", [
      "orders", "orders_all", "orders_condemned", "orders_quarantine", "orders_quarantine_history", "orders_v2", "orders_v2_runs", "run_summaries",
    ])
    error_message = "One version gives one published and one audit table."
  }
}

run "a_second_version_is_added" {
  command = plan

  module {
    source = "./modules/catalog"
  }

  assert {
    condition     = contains(output.tables, "orders_v2") && contains(output.tables, "orders_v10")
    error_message = "The versions stand side by side."
  }
}
