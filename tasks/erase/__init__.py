"""erase: a person's rows are taken out of every batch, and what held them is removed."""
