"""drift: what has changed since the champion learned: its inputs, the labels, or what ties the two."""
