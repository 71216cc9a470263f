"""The interface of adapters."""
