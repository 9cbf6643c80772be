"""replay: what a decision was made from, brought back, and the decision made again from it."""
