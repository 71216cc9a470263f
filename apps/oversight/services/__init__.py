"""What people do: answer gates, hold them, stop and release, change modes, promote and revert, discuss."""
