"""The steps of a retraining cycle, as plain typed functions."""
