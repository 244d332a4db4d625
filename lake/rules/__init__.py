"""Pure rules: no AWS, no Spark, no clock, no environment."""
