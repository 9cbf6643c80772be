"""propose: what `validate:` could say, from the first batches, with the evidence for each rule."""

from tasks.propose.step import Proposal, propose, propose_files, rules_from

__all__ = ["Proposal", "propose", "propose_files", "rules_from"]
