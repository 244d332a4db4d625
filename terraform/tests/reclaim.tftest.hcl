mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  scope = {
    name        = "assay-test"
    environment = "staging"
    account_id  = "111111111111"
    region      = "eu-west-1"
    partition   = "aws"
  }
  buckets     = { silver = "t-silver", gold = "t-gold", quarantine = "t-quarantine", control = "t-control" }
  kms_key_arn = "arn:aws:kms:eu-west-1:111111111111:key/test"
}

run "the_role_has_the_name_that_the_command_takes" {
  command = plan

  module {
    source = "./modules/reclaim"
  }

  assert {
    condition     = aws_iam_role.this.name == "assay-test-gc" && aws_iam_role.this.max_session_duration == 3600
    error_message = "assay gc takes <name>-gc, for an hour at most."
  }

  # What it may do is judged on the rendered policy, in tests/terraform/test_policies.py.
}
