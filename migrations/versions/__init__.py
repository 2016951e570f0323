"""One file per step, dated."""
