"""Keeps evoweb running on one machine: broker, web, worker and ticker. Linux only; knows no Django, to stay small."""
