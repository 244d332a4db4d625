"""The local AWS: MiniStack in one process, with adapters where it falls short of AWS."""
