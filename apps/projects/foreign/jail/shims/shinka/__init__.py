"""Stands in for the shinka package inside the sandbox: the names that evaluators import."""
