"""Amazon Athena on DuckDB: the catalog from Glue, the data from S3, the SQL translated, all as the caller."""

from local_aws.athena.api import Queries

__all__ = ["Queries"]
