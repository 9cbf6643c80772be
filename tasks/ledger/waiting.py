"""Why a decision to promote is not in office, in words: what waits for whom, and what is too late. Pure."""

from tasks.ledger.state import Hold, State


def held_words(hold: Hold) -> str:
    """Since when, by whom and why nothing is promoted."""
    when = hold.time[:16].replace("T", " ")
    return f"promotions are held since entry {hold.number} ({when} UTC, by {hold.actor}): {hold.reason}"


def waiting_words(state: State) -> str | None:
    """What waits for whom, if a decision to promote waits."""
    pending = state.pending
    if pending is None:
        return None
    said = f"decision {pending.number} to promote"
    if state.hold is not None:
        after = ", and then for approval" if state.approval else ""
        return f"{said} waits for `evergreen release`{after}: entry {state.hold.number} holds promotions"
    if state.waits_for == "approval":
        ways = " or ".join(f"`evergreen {way} {pending.number}`" for way in ("approve", "reject"))
        return f"{said} waits for somebody's {ways}"
    if state.answer is not None:
        return (
            f"{said} is approved by entry {state.answer.number} and not in office: `evergreen approve "
            f"{pending.number}` or the next `evergreen run` finishes it"
        )
    return f"{said} is not in office: the next `evergreen run` finishes it if nothing has changed by then"


def stale_words(state: State, number: int, promotion: int | None) -> str | None:
    """Why decision `number` to promote is too late, if it is; `promotion` is the entry that promoted it."""
    if promotion is not None:
        return f"its challenger was promoted already, by entry {promotion}"
    last = state.decision
    if last is None or last.number != number:
        return f"a later decision was made since, entry {last.number}" if last else "it is no decision"
    if state.answer is not None and state.answer.verdict == "rejected":
        return f"it was rejected already, by entry {state.answer.number}"
    if last.contract != state.contract:
        return "the contract changed since"
    champion = state.champion.number if state.champion else None
    if last.champion != champion:
        return f"the champion changed since: it was {_entry(last.champion)}, and is {_entry(champion)}"
    return None


def _entry(champion: int | None) -> str:
    return "none" if champion is None else f"that of entry {champion}"
