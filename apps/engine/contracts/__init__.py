"""Contracts: what the author of an edit claims, held against what happens to the same tasks when nothing is changed."""
