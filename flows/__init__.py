"""When the steps run, in what order and how often they are retried: Prefect, and nothing else."""
