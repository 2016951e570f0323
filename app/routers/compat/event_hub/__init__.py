"""The contract of the Event Hub (seed 003)."""
