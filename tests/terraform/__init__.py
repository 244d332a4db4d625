"""Tests of the Terraform root: what its plan would build, what it says about itself."""
