"""The contract of the mini event management API (seed 002)."""
