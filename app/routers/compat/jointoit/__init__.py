"""The contract of the Join-to-it event management API (seed 004)."""
