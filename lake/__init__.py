"""The library every entry point stands on: rules inside, AWS and Spark at the edges."""
