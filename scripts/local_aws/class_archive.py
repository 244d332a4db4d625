"""The JVM's archive of Spark's classes: made once for a set of jars, it halves the start of every job."""

import hashlib
import os
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

from local_aws import jars, unsigned
from local_aws.errors import LocalAwsError
from local_aws.settings import cache_directory

_TRAINING = Path(__file__).with_name("training_job.py")


def path() -> Path:
    """The archive for the jars, the training job and the Java of this machine, made or not."""
    return cache_directory() / "class-archive" / f"{_fingerprint()}.jsa"


def no_configuration() -> Path:
    """The empty folder that Spark takes for its configuration.

    It is part of the class path, so the archive is good for jobs that have the very same one, and it must be empty.
    """
    found = cache_directory() / "class-archive" / "no-spark-conf"
    found.mkdir(parents=True, exist_ok=True)
    return found


def make() -> Path:
    """Run the training job once and keep the classes it loaded."""
    archive = path()
    if archive.exists():
        return archive
    archive.parent.mkdir(parents=True, exist_ok=True)
    draft = archive.with_suffix(".draft")
    with tempfile.TemporaryDirectory() as scratch:
        _train(Path(scratch), draft)
    if not draft.exists():
        raise LocalAwsError("the JVM wrote no class archive; Spark works without one, but starts slowly")
    draft.replace(archive)
    return archive


def _train(scratch: Path, draft: Path) -> None:
    settings = scratch / "spark.properties"
    class_path = os.pathsep.join(str(jar) for jar in jars.class_path())
    settings.write_text(
        f"spark.driver.extraClassPath {class_path}\n"
        f"spark.driver.extraJavaOptions -XX:ArchiveClassesAtExit={draft} -XX:+UseSerialGC -Xlog:cds=off "
        "-Xlog:cds+dynamic=off\n"
    )
    environment = {
        **os.environ,
        "SPARK_CONF_DIR": str(no_configuration()),
        "PYSPARK_SUBMIT_ARGS": f"--properties-file {settings} pyspark-shell",
        "PYSPARK_PYTHON": sys.executable,
    }
    command = [sys.executable, str(_TRAINING), str(scratch / "data")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LocalAwsError(f"the training job for the class archive failed: {done.stderr.strip()[-2000:]}")


@lru_cache(maxsize=1)
def _fingerprint() -> str:
    names = [*jars.class_path(), *sorted(unsigned.spark_jars().glob("*.jar")), _TRAINING]
    stamps = [f"{name}:{name.stat().st_size}:{name.stat().st_mtime_ns}" for name in names if name.exists()]
    java = subprocess.run([_java(), "-version"], capture_output=True, text=True, check=False).stderr
    return hashlib.sha256("\n".join([java, str(no_configuration()), *stamps]).encode()).hexdigest()[:16]


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    return str(Path(home) / "bin" / "java") if home else "java"
