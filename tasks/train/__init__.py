"""train: a candidate that no holdout has seen, with stopping and threshold (if any) from selection."""
