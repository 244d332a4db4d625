# The whole stack, planned by the real provider without calling AWS. tests/terraform reads the plan and judges the
# rendered policies, tables and views in it.
provider "aws" {
  region     = "eu-west-1"
  access_key = "offline"
  secret_key = "offline"

  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  name          = "assay-test"
  environment   = "staging"
  account_id    = "111111111111"
  alert_emails  = ["on-call@example.com"]
  artifacts_dir = "./tests/artifacts"
  bounded_roles = true
}

# The one ARN that no name gives away; policies are only rendered when it is known.
override_resource {
  target          = module.storage.aws_kms_key.this
  override_during = plan
  values          = { arn = "arn:aws:kms:eu-west-1:111111111111:key/00000000-0000-0000-0000-000000000000" }
}

# Planning a state machine asks AWS to check its definition; tests of the definition itself do that offline.
override_resource {
  target          = module.orchestration.aws_sfn_state_machine.this
  override_during = plan
  values          = { state_machine_version_arn = "arn:aws:states:eu-west-1:111111111111:stateMachine:assay-test-pipeline:1" }
}

run "the_stack_can_be_planned" {
  command = plan

  assert {
    condition     = output.build_id == "0123456789ab" && output.database == "assay_test" && output.workgroup == "assay-test"
    error_message = "Names follow from the name of the stack and the build."
  }
}

run "without_a_build_there_is_no_plan" {
  command = plan

  variables {
    artifacts_dir = "./tests"
  }

  expect_failures = [var.artifacts_dir]
}
