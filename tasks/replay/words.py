"""What a checkout and a replay come to, for a person."""

from pathlib import Path

from tasks.code import code_version
from tasks.replay.checkout import Checkout
from tasks.replay.stages import MODEL
from tasks.replay.step import Replay

_LEFT = {
    "lacking": "never registered with this decision",
    "withheld": "withheld while its holdout may be asked again",
    "unknown": "registered by a version that this one does not know",
}


def checkout_text(done: Checkout, target: Path) -> str:
    """Where everything is, and what is not there."""
    batches = sum(name.startswith("data/batches/") for name in done.files)
    champion = f"champion of entry {done.champion}" if done.champion else "no champion"
    lines = [f"decision {done.decision} in {target}: {len(done.files)} files, {batches} batches, {champion}"]
    lines += [f"{why}: {', '.join(names)}" for kind, why in _LEFT.items() if (names := getattr(done, kind))]
    if done.code != code_version():
        lines.append(f"made by Evergreen {done.code}; this is {code_version()}")
    return "\n".join(lines)


def replay_text(done: Replay) -> str:
    """Identical or not, by name, and the likely reasons; never a number that was measured."""
    same = [one.name for one in done.documents if one.identical]
    other = [one for one in done.documents if not one.identical]
    how = "trained again" if done.retrained else "from its model"
    lines = [
        f"{'identical' if done.identical else 'differs'}: decision {done.decision} ({done.verdict}), {how}"
    ]
    lines += [f"differs: {one.name}{f' ({one.why})' if one.why else ''}" for one in other]
    if other and done.verdict_here is not None:
        same_verdict = done.verdict_here == done.verdict
        lines.append(f"the verdict is {'the same' if same_verdict else f'{done.verdict_here} here'}")
    lines += [f"the same bytes: {', '.join(same)}"] if same else []
    if any(one.name in MODEL for one in other):
        lines.append(
            "after the training it was replayed with the recorded model: another would be another look"
        )
    lines.append("from the record: what was measured (latency, time of training)")
    lines += [f"never registered: {', '.join(done.lacking)}"] if done.lacking else []
    why = "not as then" if done.identical else "likely why"
    return "\n".join([*lines, *(f"{why}: {one}" for one in done.changed)])
