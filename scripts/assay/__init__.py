"""The `assay` command: what people type. Everything it does, it does through AWS's own APIs."""
