"""decide: the contract applied to the evidence. Pure: same inputs, same bytes, same verdict."""
