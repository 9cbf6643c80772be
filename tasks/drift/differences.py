"""The difference of two means from different rows, with an interval that keeps what each is sure of. Pure."""

import math
from dataclasses import replace

from tasks.evaluate.evidence import Interval

METHOD = "difference of two independent intervals (MOVER)"


def difference(new: Interval, old: Interval) -> Interval:
    """`new` less `old`, which share no cluster; both at one level.

    With m the estimates and [l, u] the intervals,

        low = m_new - m_old - sqrt((m_new - l_new)^2 + (u_old - m_old)^2)

    and high likewise, so that an interval that leans to one side still does. Source: Zou & Donner,
    "Construction of confidence limits about effect measures", Statistics in Medicine 27 (2008).
    Without bounds on both sides there are none of the difference, and `note` says why.
    """
    plain = Interval(
        estimate=None,
        standard_error=None,
        degrees_of_freedom=None,
        low=None,
        high=None,
        level=new.level,
        rows=new.rows + old.rows,
        clusters=new.clusters + old.clusters,
        effective_clusters=new.effective_clusters + old.effective_clusters,
        largest_cluster_share=max(new.largest_cluster_share, old.largest_cluster_share),
        method=METHOD,
        note=new.note or old.note,
    )
    if new.estimate is None or old.estimate is None:
        return plain
    plain = replace(plain, estimate=new.estimate - old.estimate)
    bounds, errors = (new.low, new.high, old.low, old.high), (new.standard_error, old.standard_error)
    if any(one is None for one in (*bounds, *errors)):
        return plain
    new_low, new_high, old_low, old_high = (one or 0.0 for one in bounds)
    apart = new.estimate - old.estimate
    return replace(
        plain,
        standard_error=math.hypot(*(one or 0.0 for one in errors)),
        low=apart - math.hypot(new.estimate - new_low, old_high - old.estimate),
        high=apart + math.hypot(new_high - new.estimate, old.estimate - old_low),
    )
