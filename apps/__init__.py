"""The apps of evoweb; see docs/architecture.md."""

import os

# Before anyone imports numpy. Matrices here are small: many threads spend twenty times the processor time on them, and
# their sums differ in the last digits from those of one thread, which a run that moves to another machine must not see.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
