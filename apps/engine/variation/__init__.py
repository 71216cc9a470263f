"""Operators on texts: each makes new contents of a candidate from those of its parents, inside what may be edited."""
