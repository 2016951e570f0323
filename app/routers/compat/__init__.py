"""Other published contracts, spoken over the same domain: each a sub-application of its own."""
