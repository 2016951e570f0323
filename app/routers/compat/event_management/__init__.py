"""The contract of the event management API (seed 001)."""
