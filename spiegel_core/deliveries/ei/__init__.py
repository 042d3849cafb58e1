"""EI files: the official fixed-width declarations, judged and typed by layouts that are data."""
