"""The tests: one shelf per layer, and the races, architecture and migrations beside them."""
