"""The ledger in a few lines of memory: what each operation comes to. It knows nothing of entries or folds."""

from dataclasses import dataclass, field


@dataclass
class Pending:
    """A decision to promote, by its place in time; `over` is who was champion then."""

    name: str
    over: int
    contract: str
    answer: str | None = None


@dataclass
class Model:
    """`reigns` are the champions in order, one more each time somebody takes office."""

    contract: str
    approval: bool = False
    held: bool = False
    reigns: list[str] = field(default_factory=list)
    newest: Pending | None = None
    decisions: dict[str, Pending] = field(default_factory=dict)

    @property
    def champion(self) -> str | None:
        """Who is in office."""
        return self.reigns[-1] if self.reigns else None

    @property
    def waiting(self) -> Pending | None:
        """The newest decision, as long as it could still lead to a promotion."""
        one = self.newest
        if one is None or one.answer == "rejected":
            return None
        return one if (one.over, one.contract) == (len(self.reigns), self.contract) else None

    def decide(self, made: Pending) -> None:
        """A decision to promote is in; nobody has taken office by it yet."""
        self.newest = self.decisions[made.name] = made

    def finish(self) -> bool:
        """Whether the waiting challenger takes office now."""
        one = self.waiting
        if one is None or self.held or (self.approval and one.answer is None):
            return False
        self.reigns.append(one.name)
        return True

    def rollback(self) -> bool:
        """Whether there was one to return to."""
        if len(self.reigns) < 2:
            return False
        self.reigns.append(self.reigns[-2])
        return True

    def hold(self) -> bool:
        """Whether it was not held before; an approval lapses."""
        done, self.held = not self.held, True
        if done:
            self._lapse()
        return done

    def release(self) -> bool:
        """Whether there was a hold."""
        done, self.held = self.held, False
        return done

    def approve(self) -> bool:
        """Whether the newest decision may be approved, or was."""
        one = self.waiting
        if one is None or self.held or (not self.approval and one.answer is None):
            return False
        one.answer = "approved"
        return True

    def reject(self) -> bool:
        """Whether the newest decision may be rejected."""
        one = self.waiting
        if one is None or one.answer is not None:
            return False
        one.answer = "rejected"
        return True

    def freeze(self, contract: str, *, approval: bool) -> None:
        """Another contract; an approval lapses."""
        self.contract, self.approval = contract, approval
        self._lapse()

    def _lapse(self) -> None:
        if self.newest is not None and self.newest.answer == "approved":
            self.newest.answer = None
