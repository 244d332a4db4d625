# What the policies allow is judged on the rendered documents, in tests/terraform/test_delivery.py.
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
  github = { owner = "example", repository = "assay" }
  state  = { bucket = "assay-test-state", kms_key_arn = "arn:aws:kms:eu-west-1:111111111111:key/state" }
}

run "each_purpose_has_a_role_outside_the_stack" {
  command = plan

  module {
    source = "./modules/delivery"
  }

  assert {
    condition = join(" ", sort([for role in aws_iam_role.this : role.name])) == join(" ", [
      "assay-test-backfill-plan", "assay-test-backfill-start", "assay-test-deploy", "assay-test-drift", "assay-test-plan",
    ])
    error_message = "The workflows have these five roles."
  }

  assert {
    condition     = alltrue([for role in aws_iam_role.this : role.path == "/delivery/" && role.max_session_duration <= 7200])
    error_message = "Roles of the delivery lie where the deploy role cannot reach, and are taken for two hours at most."
  }

  assert {
    condition     = toset(aws_iam_openid_connect_provider.github[0].client_id_list) == toset(["sts.amazonaws.com"])
    error_message = "Tokens for other audiences are worth nothing here."
  }
}

run "without_a_repository_there_is_only_the_boundary" {
  command = plan

  module {
    source = "./modules/delivery"
  }

  variables {
    github = null
  }

  assert {
    condition = (
      length(aws_iam_role.this) == 0 && length(aws_iam_policy.this) == 0
      && length(aws_iam_openid_connect_provider.github) == 0 && aws_iam_policy.boundary.name == "assay-test-boundary"
    )
    error_message = "Nobody but people can deploy, and roles still have their boundary."
  }
}

run "an_account_that_has_the_provider_keeps_it" {
  command = plan

  module {
    source = "./modules/delivery"
  }

  variables {
    create_provider = false
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0 && length(aws_iam_role.this) == 5
    error_message = "The roles trust the provider that is there."
  }
}

run "a_wildcard_is_no_repository" {
  command = plan

  module {
    source = "./modules/delivery"
  }

  variables {
    github = { owner = "example", repository = "*" }
  }

  expect_failures = [var.github]
}

run "a_wildcard_is_no_branch" {
  command = plan

  module {
    source = "./modules/delivery"
  }

  variables {
    github = { owner = "example", repository = "assay", branch = "*" }
  }

  expect_failures = [var.github]
}

run "ids_come_together" {
  command = plan

  module {
    source = "./modules/delivery"
  }

  variables {
    github = { owner = "example", repository = "assay", owner_id = "1" }
  }

  expect_failures = [var.github]
}
