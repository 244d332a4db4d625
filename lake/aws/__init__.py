"""AWS through boto3, and nothing else: botocore's errors become the project's here."""
