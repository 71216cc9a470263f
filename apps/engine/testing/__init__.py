"""What tests of methods need: a world in memory and the conformance suite that every method has to pass."""
