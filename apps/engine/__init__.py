"""The pure core: no Django, no I/O; time and randomness are passed in."""
