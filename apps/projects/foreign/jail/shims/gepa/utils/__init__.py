"""Helpers of evaluators."""
