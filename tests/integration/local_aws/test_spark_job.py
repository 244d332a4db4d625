"""A real Spark run: S3A on s3:// addresses, an encrypted bucket, a role that may delete nothing but scratch."""

import gzip
import io
import zipfile

import pytest

from local_aws import jars
from tests.integration.local_aws.aws import Aws, allow
from tests.integration.local_aws.test_glue_jobs import ended, output

SCRIPT = """
import argparse, sys
from pyspark.sql import SparkSession, functions as F
from pyspark.sql.types import StringType
from library.naming import tag

parser = argparse.ArgumentParser()
parser.add_argument("--bucket")
parser.add_argument("--secret")
given, _ = parser.parse_known_args()
spark = SparkSession.builder.appName("test").getOrCreate()
rows = spark.read.csv(f"s3://{given.bucket}/in/*.csv.gz", header=True, schema="id int, amount string")
tagged = rows.withColumn("tag", F.udf(tag, StringType())("id")).withColumn("part", F.col("id") % 2)
for _ in range(2):
    try:
        tagged.write.mode("errorifexists").partitionBy("part").parquet(f"s3://{given.bucket}/out/runs/run_id=1/")
    except Exception as error:
        print("WRITE", type(error).__name__, str(error)[:500])
back = spark.read.parquet(f"s3://{given.bucket}/out/runs/run_id=1/")
print("ROWS", back.count(), sorted(row.tag for row in back.collect()))
print("CONF", spark.conf.get("spark.sql.shuffle.partitions"), spark.sparkContext.master, sys.version_info[:2])
try:
    spark.read.text(f"s3://{given.secret}/a.txt").collect()
except Exception as error:
    print("FORBIDDEN", "AccessDenied" in str(error))
"""


def library() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("library/__init__.py", "")
        archive.writestr("library/naming.py", "def tag(number):\n    return f'T-{number}'\n")
    return buffer.getvalue()


@pytest.mark.spark
def test_a_spark_job_reads_and_writes_s3_as_its_role(aws: Aws) -> None:
    jars.fetch()
    s3, bucket = aws.root("s3"), aws.bucket()
    key = aws.root("kms").create_key()["KeyMetadata"]["Arn"]
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    body = gzip.compress(b"id,amount\n1,1.00\n2,2.00\n3,3.00\n")
    for name, content in {"job.py": SCRIPT.encode(), "library.zip": library(), "in/a.csv.gz": body}.items():
        s3.put_object(Bucket=bucket, Key=name, Body=content)
    secret = aws.bucket()
    s3.put_object(Bucket=secret, Key="a.txt", Body=b"no")
    arn = f"arn:aws:s3:::{bucket}"
    role = aws.role(
        allow("s3:GetObject", f"{arn}/*"),
        allow("s3:ListBucket", arn),
        allow(["s3:PutObject", "s3:AbortMultipartUpload"], f"{arn}/out/*"),
        allow("s3:DeleteObject", f"{arn}/out/*/_temporary/*"),
        allow("logs:*"),
    )  # fmt: skip
    job = aws.name("job")
    aws.root("glue").create_job(
        Name=job,
        Role=role,
        Command={"Name": "glueetl", "ScriptLocation": f"s3://{bucket}/job.py", "PythonVersion": "3"},
        GlueVersion="5.1",
        WorkerType="G.1X",
        NumberOfWorkers=2,
        DefaultArguments={
            "--extra-py-files": f"s3://{bucket}/library.zip",
            "--conf": "spark.sql.shuffle.partitions=3 --conf spark.sql.ansi.enabled=true",
        },
    )
    run = aws.root("glue").start_job_run(JobName=job, Arguments={"--bucket": bucket, "--secret": secret})["JobRunId"]
    found = ended(aws, job, run, seconds=120)
    assert found["JobRunState"] == "SUCCEEDED", found.get("ErrorMessage")
    lines = output(aws, run).splitlines()
    assert "ROWS 3 ['T-1', 'T-2', 'T-3']" in lines
    (refusal,) = [line for line in lines if line.startswith("WRITE")]
    assert refusal.startswith("WRITE AnalysisException [PATH_ALREADY_EXISTS]"), "the second write, and it alone"
    assert any(line.startswith("CONF 3 local[") for line in lines)
    assert "FORBIDDEN True" in lines
    kept = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket, Prefix="out/")["Contents"]]
    assert [name for name in kept if "_temporary" in name] == []
    data = next(name for name in kept if name.endswith(".parquet"))
    assert s3.head_object(Bucket=bucket, Key=data)["SSEKMSKeyId"] == key
