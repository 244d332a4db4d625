"""One module = one Lambda function: an event in, a step called, an answer out."""
