"""What a job run needs before its process can start: files from S3, arguments, environment."""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from local_aws import jars
from local_aws.clients import Clients, Credentials
from local_aws.glue import spark
from local_aws.glue.run import JobRun
from local_aws.settings import Settings

_FROM_OUR_SHELL = ("PATH", "HOME", "LANG", "JAVA_HOME", "TMPDIR")


class Launch:
    """Prepares one run in its own folder, reading S3 with the run's role."""

    def __init__(
        self, settings: Settings, clients: Clients, run: JobRun, credentials: Credentials, folder: Path
    ) -> None:
        self._settings = settings
        self._run = run
        self._credentials = credentials
        self._folder = folder
        self._s3 = clients.client("s3", credentials, run.region)

    def prepare(self) -> tuple[list[str], dict[str, str]]:
        """The command and its environment."""
        command = self._run.job["Command"]
        script = self._fetch(self._run.arguments.get("--scriptLocation") or command["ScriptLocation"])
        modules = self._fetch_all("--extra-py-files")
        self._fetch_all("--extra-files")
        environment = self._environment(modules)
        if command["Name"] == "glueetl":
            jars.require()
            environment.update(self._spark(modules))
        return [sys.executable, str(script), *self._arguments()], environment

    def _arguments(self) -> list[str]:
        named = {"--JOB_NAME": self._run.job["Name"], "--JOB_RUN_ID": self._run.id, **self._run.arguments}
        return [part for name, value in named.items() for part in (name, str(value))]

    def _environment(self, modules: list[Path]) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _FROM_OUR_SHELL if name in os.environ}
        return {
            **kept,
            **self._credentials.environment(),
            "AWS_ENDPOINT_URL": self._settings.endpoint,
            "AWS_REGION": self._run.region,
            "AWS_DEFAULT_REGION": self._run.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "PYTHONPATH": os.pathsep.join(str(path) for path in modules),
            "PYTHONUNBUFFERED": "1",
            "PYSPARK_PYTHON": sys.executable,
            "PYSPARK_DRIVER_PYTHON": sys.executable,
        }

    def _spark(self, modules: list[Path]) -> dict[str, str]:
        logging = self._folder / "log4j2.properties"
        logging.write_text(spark.LOGGING)
        found = spark.properties(self._settings.endpoint, logging, self._folder)
        found["spark.app.name"] = self._run.job["Name"]
        if modules:
            found["spark.submit.pyFiles"] = ",".join(str(path) for path in modules)
        conf = self._run.arguments.get("--conf", "")
        path = self._folder / "spark.properties"
        spark.write(path, spark.with_arguments(found, conf))
        return spark.environment(path, self._folder)

    def _fetch_all(self, argument: str) -> list[Path]:
        addresses = (part.strip() for part in self._run.arguments.get(argument, "").split(","))
        return [self._fetch(address) for address in addresses if address]

    def _fetch(self, address: str) -> Path:
        parts = urlsplit(address)
        path = self._folder / Path(parts.path).name
        body = self._s3.get_object(Bucket=parts.netloc, Key=parts.path.lstrip("/"))["Body"]
        path.write_bytes(body.read())
        return path
