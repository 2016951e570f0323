"""What the site shows: a class per noun, which says what is listed and what can be done to it."""
