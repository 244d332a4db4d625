"""A database, a bucket and a workgroup of one module's tests, with tables of months as the stack has them."""

from typing import Any

from tests.integration.local_aws.aws import Aws, Json
from tests.integration.local_aws.lakehouse import MONTHLY, SYMLINK, YEAR_MONTH, parquet, table

COLUMNS = [("id", "string"), ("amount", "decimal(18,2)")]


class Lake:
    """A database, a bucket and a workgroup of the local AWS."""

    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        self.bucket = aws.bucket()
        self.database = aws.name("db").replace("-", "_")
        self.group = aws.name("group")
        aws.root("glue").create_database(DatabaseInput={"Name": self.database})
        place = {"OutputLocation": f"s3://{self.bucket}/results/"}
        settings = {"EnforceWorkGroupConfiguration": True, "ResultConfiguration": place}
        aws.root("athena").create_work_group(Name=self.group, Configuration=settings)

    def put(self, key: str, body: bytes | str) -> str:
        content = body.encode() if isinstance(body, str) else body
        self.aws.root("s3").put_object(Bucket=self.bucket, Key=key, Body=content)
        return f"s3://{self.bucket}/{key}"

    def add(self, described: Json) -> None:
        self.aws.root("glue").create_table(DatabaseName=self.database, TableInput=described)

    def query(self, sql: str, **settings: Any) -> Json:
        return self.aws.queried(sql, self.database, WorkGroup=self.group, **settings)

    def rows(self, sql: str, **settings: Any) -> list[tuple[str | None, ...]]:
        return self.aws.rows(self.query(sql, **settings))

    def failure(self, sql: str, **settings: Any) -> str:
        status = self.query(sql, **settings)["Status"]
        assert status["State"] == "FAILED", status
        return str(status["StateChangeReason"])

    def publish(self, name: str, year: int, month: int, select: str) -> None:
        """Write a file and make the month's manifest name it."""
        uri = self.put(f"{name}/runs/{self.aws.name('run')}/part-0.parquet", parquet(select))
        self.put(f"{name}/current/year={year}/month={month:02d}/symlink.txt", f"{uri}\n")

    def published(self, name: str, columns: list[tuple[str, str]] | None = None, **properties: str) -> None:
        location = f"s3://{self.bucket}/{name}/current/"
        self.add(table(name, columns or COLUMNS, SYMLINK, location, YEAR_MONTH, **{**MONTHLY, **properties}))


def lake_with_sales(aws: Aws) -> Lake:
    """A lake whose table `sales` has one row in January and one in February."""
    lake = Lake(aws)
    lake.published("sales")
    lake.publish("sales", 2024, 1, "SELECT 'a' AS id, CAST(1.50 AS DECIMAL(18,2)) AS amount")
    lake.publish("sales", 2024, 2, "SELECT 'b' AS id, CAST(2.50 AS DECIMAL(18,2)) AS amount")
    return lake
