"""What work takes: seconds by the clock, CPU seconds of this process and of its JVM, peak memory."""

import os
import time
from pathlib import Path

from pyspark.sql import SparkSession


class Meter:
    """Counts from the moment it is made."""

    def __init__(self, spark: SparkSession | None) -> None:
        self._process = os.getpid()
        if spark is not None:
            self._process = spark.sparkContext._jvm.java.lang.ProcessHandle.current().pid()  # type: ignore[union-attr]
        self._clock, self._cpu = time.monotonic(), self._cpu_seconds()

    def job(self) -> dict[str, float]:
        """What was taken since this meter was made."""
        return {"job_s": time.monotonic() - self._clock, "job_cpu_s": self._cpu_seconds() - self._cpu}

    def whole(self) -> dict[str, float]:
        """What was taken since the processes began."""
        status = Path(f"/proc/{self._process}/status").read_text()
        return {"cpu_s": self._cpu_seconds(), "peak_mb": int(status.split("VmHWM:")[1].split()[0]) // 1024}

    def _cpu_seconds(self) -> float:
        seconds = time.process_time()
        if self._process != os.getpid():
            ticks = Path(f"/proc/{self._process}/stat").read_text().rpartition(")")[2].split()
            seconds += (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")
        return seconds
