"""Floor 4, numbers: one-pass runs, precision and success, records on disk, the report."""
