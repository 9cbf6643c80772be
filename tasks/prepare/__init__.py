"""prepare: accepted batches become train, selection and holdout, split forward in time."""
