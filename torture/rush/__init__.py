"""Many for few: again and again two hundred buyers want the same ten seats, all at once."""
