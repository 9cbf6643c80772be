"""Champion and challenger on one holdout: metrics, and how sure their difference is."""
