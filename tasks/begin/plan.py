"""All that is decided about a table before a byte is written. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from tasks.begin.labels import Labelling, labelling
from tasks.begin.looked import Look
from tasks.begin.names import free_name
from tasks.begin.roles import Role, refuse_wrong_columns, roles_of, with_role
from tasks.begin.windows import FEWEST_CLUSTERS, USUAL_CLUSTERS, Windows, days_judged, windows
from tasks.begin.wishes import DAY, Wishes
from tasks.periods import Calendar

_MOST_SLICES, _MOST_GROUPS = 3, 10


@dataclass(frozen=True)
class Cluster:
    """The column whose equal values belong together, why, and the fewest that a clause is told from."""

    column: str
    why: str
    fewest: int


@dataclass(frozen=True)
class Plan:
    """The settings that the table gives, and the columns that are made: None where none is needed.

    `unlabelled` are the newest periods, in which no row has a label yet: they are not delivered.
    """

    model: str
    wishes: Wishes
    calendar: Calendar
    labelling: Labelling
    roles: tuple[Role, ...]
    cluster: Cluster
    windows: Windows
    slices: tuple[str, ...]
    periods: tuple[str, ...]
    unlabelled: tuple[str, ...]
    made_id: str | None
    made_day: str | None
    made_known: str | None

    @property
    def row_id(self) -> str:
        """The column that names a row."""
        return self.made_id or with_role(self.roles, "id")[0]

    @property
    def known_at(self) -> str:
        """The column that says when a label became known."""
        return self.made_known or self.wishes.time


def planned(look: Look, wishes: Wishes, model: str, calendar: Calendar) -> Plan:
    """What is made of the table; raises `BadInput` where nothing can be."""
    label = labelling(look, wishes)
    refuse_wrong_columns(look, wishes)
    roles = roles_of(look, wishes)
    every = sorted(look.periods)
    newest = max(index for index, one in enumerate(every) if look.labelled[one])
    delivered = tuple(every[: newest + 1])
    free = _free_names(look)
    made_id = None if with_role(roles, "id") else free("row_id")
    made_day = free("day") if wishes.cluster == DAY or _by_day(look, wishes, calendar) else None
    return Plan(
        model=model, wishes=wishes, calendar=calendar, labelling=label, roles=roles,
        cluster=_cluster(look, wishes, calendar, made_day, made_id or with_role(roles, "id")[0]),
        windows=windows(look.days, list(delivered), calendar, wishes.known_after),
        slices=_slices(look, roles), periods=delivered, unlabelled=tuple(every[newest + 1 :]),
        made_id=made_id, made_day=made_day,
        made_known=free(f"{wishes.label[:50]}_known_at") if wishes.known_after else None,
    )  # fmt: skip


def _free_names(look: Look) -> Callable[[str], str]:
    taken = set(look.columns)

    def free(wanted: str) -> str:
        taken.add(found := free_name(wanted, taken))
        return found

    return free


def _by_day(look: Look, wishes: Wishes, calendar: Calendar) -> bool:
    return wishes.cluster is None and days_judged(look.days, calendar) >= FEWEST_CLUSTERS


def _cluster(look: Look, wishes: Wishes, calendar: Calendar, day: str | None, row_id: str) -> Cluster:
    judged = days_judged(look.days, calendar)
    if day:
        fewest = USUAL_CLUSTERS if judged >= USUAL_CLUSTERS else FEWEST_CLUSTERS
        why = f"rows of one day share what happens on it; about {judged} days in a holdout"
        return Cluster(day, why, fewest)
    if wishes.cluster:
        values = look.columns[wishes.cluster].values
        many = values is None or len(values) >= USUAL_CLUSTERS
        seen = "many values" if values is None else f"{len(values)} values"
        return Cluster(
            wishes.cluster, f"named by --cluster; {seen}", USUAL_CLUSTERS if many else FEWEST_CLUSTERS
        )
    why = f"rows are on {judged} day{'s' * (judged != 1)} of a period, too few to count, so each row counts"
    return Cluster(row_id, why, USUAL_CLUSTERS)


def _slices(look: Look, roles: tuple[Role, ...]) -> tuple[str, ...]:
    values = {one: look.columns[one].values or () for one in with_role(roles, "category")}
    return tuple(one for one in values if len(values[one]) <= _MOST_GROUPS)[:_MOST_SLICES]
