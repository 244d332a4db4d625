"""`python -m local_aws.prepare`: fetch the jars and make the class archive, once per machine."""

import sys

from local_aws import class_archive, jars, unsigned
from local_aws.errors import LocalAwsError


def prepare() -> None:
    """Make Spark jobs able to run, and quick to start."""
    jars.fetch()
    unsigned.write()
    class_archive.make()


if __name__ == "__main__":
    try:
        prepare()
    except LocalAwsError as error:
        sys.exit(str(error))
    print(f"S3A jars: {jars.folder()}\nclass archive: {class_archive.path()}")
