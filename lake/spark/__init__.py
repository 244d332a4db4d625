"""Spark only: no AWS, no steps. DataFrames in, DataFrames and plain records out."""
