"""Whole installations under load and under attack: nothing lost, nothing doubled, nothing stuck."""
