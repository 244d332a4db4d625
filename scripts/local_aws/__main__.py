"""`python -m local_aws`: serve the local AWS in the foreground."""

import sys

from local_aws import server
from local_aws.errors import LocalAwsError
from local_aws.settings import Settings

if __name__ == "__main__":
    try:
        server.serve(Settings.from_env())
    except LocalAwsError as error:
        sys.exit(str(error))
