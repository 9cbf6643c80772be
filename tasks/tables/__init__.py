"""tables: a table of one's own, and the form in which it is cut into batches, the first time and the next."""
