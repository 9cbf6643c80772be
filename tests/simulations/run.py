"""`make simulate`: how often the decision errs, and how much it takes to be sure.

Run as `PYTHONPATH=.:tests:infra python -m simulations.run [--quick] [--only NAME] [--seed N]`; writes
build/figures/simulate-*.json, but for a single table. Exit status 1 if a goal does not hold.
"""

import argparse
import sys

from benchmarks.figures import publish
from rich.console import Console
from simulations.calibration_table import calibration
from simulations.clause_tables import boundary_nulls, coverage
from simulations.decision_tables import better_challengers, looks, planted, power
from simulations.drift_table import corruptions
from simulations.null_table import null_promotions
from simulations.proposal_table import proposals
from simulations.resample_table import resamples
from simulations.slice_table import slices
from simulations.unseen_table import hidden

TABLES = {
    "null-promotions": null_promotions,
    "boundaries": boundary_nulls,
    "unseen": hidden,
    "resamples": resamples,
    "coverage": coverage,
    "power": power,
    "looks": looks,
    "planted": planted,
    "better": better_challengers,
    "corruptions": corruptions,
    "slices": slices,
    "calibration": calibration,
    "proposals": proposals,
}


def main() -> int:
    """Simulate, show, publish, judge."""
    parser = argparse.ArgumentParser(description="How often does the decision err?")
    parser.add_argument("--quick", action="store_true", help="fewer cases, in about a minute")
    parser.add_argument("--only", choices=TABLES, help="show one table, and write nothing")
    parser.add_argument("--seed", type=int, default=20130101)
    options = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 160)
    tables = {}
    for name in [options.only] if options.only else TABLES:
        with console.status(name) as status:

            def tell(case: str, status: object = status) -> None:
                status.update(case)  # type: ignore[attr-defined]

            found = TABLES[name](options.seed, options.quick, tell)
        console.print(found.table())
        tables[found.name] = found.figures
    if options.only:
        return 0
    judged = [one for one in publish("simulate", tables) if one["goal"]]
    if options.quick:
        judged = [one for one in judged if one["value"] is not None]
    for one in judged:
        console.print(
            f"{one['name']}: {one['value']}, goal {one['goal']}: {'holds' if one['holds'] else 'FAILS'}"
        )
    console.print(f"Seed {options.seed}.")
    return 0 if all(one["holds"] for one in judged) else 1


if __name__ == "__main__":
    sys.exit(main())
