"""Who takes part: a file for each peer and comparison, imported by its worker only.

Peers are imported by name, as `Any`, so that style and types are checked without them installed.
"""
