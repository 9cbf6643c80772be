"""train: a candidate that no holdout has seen, with its stopping and threshold from selection."""
