"""One file, one Glue job: parse arguments, wire, call."""
