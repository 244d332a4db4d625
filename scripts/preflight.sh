#!/usr/bin/env bash
# Say what this machine lacks for running the stack, and how to get it.
set -uo pipefail
missing=0

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
version=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
if [ "${version:-0}" != 17 ]; then
  echo "Java 17 is missing (found: ${version:-none}); Spark 3.5 runs on it. Install it with one of:" >&2
  echo "  apt-get install openjdk-17-jre-headless     brew install openjdk@17     sdk install java 17-tem" >&2
  echo "and let JAVA_HOME point at it if another Java comes first." >&2
  missing=1
fi

if ! command -v terraform >/dev/null; then
  echo "Terraform is missing. Install 1.11 or newer: developer.hashicorp.com/terraform/install" >&2
  missing=1
fi
exit "$missing"
