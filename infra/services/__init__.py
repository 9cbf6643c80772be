"""The parts of the local stack: `infra/stack.py` puts them together."""
