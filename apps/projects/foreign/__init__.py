"""Project folders of other engines, read as they are: nothing is written into them (docs/foreign.md)."""
