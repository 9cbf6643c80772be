"""score: the champion's predictions, in batch and one row at a time, through `prepare`'s encoding."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tasks.documents import Document
from tasks.errors import BadInput, Refused
from tasks.evaluate.classes import likeliest
from tasks.evaluate.outcomes import best_decisions, outcomes_of
from tasks.ledger import Champion, Ledger
from tasks.ledger.artifacts import artifacts_of, fetch_artifact
from tasks.opening import open_ledger
from tasks.pins import CARD, MODEL
from tasks.prepare.features import encode
from tasks.train.booster import Model, load_model
from tasks.train.card import ModelCard, read_card

_log = logging.getLogger(__name__)
SCORES = "scores"
"""The one place of a store that scores may be put."""


@dataclass(frozen=True)
class Scorer:
    """A champion ready to answer; `number` is the ledger entry that put it in office."""

    card: ModelCard
    model: Model
    number: int | None = None

    @classmethod
    def load(cls, card: ModelCard, data: bytes, number: int | None = None) -> Self:
        """From bytes, parsed after their hash matches the card; raises `Corrupt`."""
        return cls(card, load_model(data, sha256=card.model_sha256), number)

    def one(self, row: Mapping[str, Any]) -> float:
        """The probability of label 1, or of the likeliest class, or the number predicted.

        Each feature by name, None where missing.
        """
        return float(self._one(row).max())

    def complete(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """`values` with every feature that is not named as missing; raises `BadInput` for a stranger."""
        names = [feature.name for feature in self.card.features.features]
        if strangers := sorted(set(values) - set(names)):
            raise BadInput(f"expected features among {names}, found {strangers}")
        return {name: values.get(name) for name in names}

    def doubts(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Of one row the features that it does not name, and the categories that training never saw."""
        row = self.complete(values)
        _, unseen = encode({name: [value] for name, value in row.items()}, self.card.features)
        return {"missing_features": [name for name in row if name not in values], "unseen_categories": unseen}

    def answer(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """As `batch`, for one row."""
        said = self._one(row)
        told = {**self._told(said), **self._possible(said)}
        # A bound that there is not is null: JSON has no NaN.
        row = {name: None if pd.isna(values[0]) else values.tolist()[0] for name, values in told.items()}
        return {**row, "champion": self.number}

    def batch(self, rows: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
        """Probability and alarm (or prediction), and champion, for each row; unseen categories by feature.

        Of classes, `probability_<class>` for each, and as `prediction` the likeliest, in the declared values;
        where it is declared what decisions are worth, as `decision` the class of the largest expected value.
        If the champion has sets, `possible_labels` too: `0`, `1`, or `0 or 1` where it is not sure; of
        classes those that are possible, in the declared order, as `low or middle`. If it has intervals, `low`
        and `high`: the least and the largest possible label, missing if all are possible.
        """
        matrix, unseen = encode(rows, self.card.features)
        said = self.card.answers(self.model.predict(matrix))
        scores = pd.DataFrame(self._told(said)).assign(champion=self.number or 0)
        if any(isinstance(one, str) for one in self.card.classes):
            named = [name for name in ("prediction", "decision") if name in scores]
            scores = scores.astype(dict.fromkeys(named, "str"))
        for name, values in self._possible(said).items():
            scores[name] = pd.Series(values, dtype="str" if name == "possible_labels" else "float64")
        return scores, unseen

    def _one(self, row: Mapping[str, Any]) -> NDArray[np.float64]:
        matrix, _ = encode({name: [value] for name, value in row.items()}, self.card.features)
        return self.card.answers(self.model.predict(matrix, threads=1))

    def _told(self, said: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
        """What the model says of n rows under the names that users read."""
        if classes := self.card.classes:
            each = {f"probability_{one}": said[:, place] for place, one in enumerate(classes)}
            names, outcomes = np.array(classes), outcomes_of(self.card.outcomes)
            told = {**each, "prediction": names[likeliest(said)]}
            return {**told, "decision": names[best_decisions(said, outcomes)]} if outcomes else told
        if self.card.threshold is None:
            return {"prediction": said}
        return {"probability": said, "alarm": said >= self.card.threshold}

    def _possible(self, said: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
        """Which labels are possible (n,), under the names that users read; nothing if the card is silent."""
        if self.card.sets:
            return {"possible_labels": self.card.sets.words(said, self.card.classes or (0, 1))}
        if self.card.intervals:
            return dict(zip(("low", "high"), self.card.intervals.bounds(said), strict=True))
        return {}


def champion_scorer(ledger: Ledger) -> Scorer:
    """The champion as of now, every byte hashed before it is parsed; raises `Refused` where there is none."""
    champion, card = champion_card(ledger)
    named = artifacts_of(ledger.entry(champion.registered))
    return Scorer.load(card, fetch_artifact(ledger.store, ledger.model, named[MODEL]), champion.number)


def champion_card(ledger: Ledger) -> tuple[Champion, ModelCard]:
    """The champion as of now with its card; raises `Refused` where there is none."""
    champion = ledger.state().champion
    if champion is None:
        raise Refused(f"model {ledger.model} has no champion yet: nothing has been promoted")
    named = artifacts_of(ledger.entry(champion.registered))
    return champion, read_card(fetch_artifact(ledger.store, ledger.model, named[CARD]))


class Scored(Document):
    """How many rows were scored, where the scores are, and categories that training never saw."""

    schema_version: int = 1
    rows: int
    target: str
    unseen_categories: dict[str, int]


def score_object(folder: Path, source: str, target: str) -> Scored:
    """Score the object at key `source` of the folder's store into key `target`, which is below `scores/`.

    Everything else in a store is Evergreen's own, or a producer's. Raises `BadInput` for another target.
    """
    home, ledger = open_ledger(folder)
    if not target.startswith(f"{SCORES}/") or target == source:
        name = PurePosixPath(source).name
        example = f"scores/{ledger.model}/{name}"
        raise BadInput(
            f"{target}: expected a key below {SCORES}/ that is not the source's, such as {example}: the rest "
            "of a store is what Evergreen keeps, or what producers send"
        )
    found = ledger.store.get(source)
    if found is None:
        raise BadInput(f"{source}: expected a Parquet object in {ledger.store.url}, found nothing")
    scored, rows, unseen = score(ledger, found[0], name=source, key=home.params.prepare.id)
    ledger.store.put(target, scored)
    return Scored(rows=rows, target=target, unseen_categories=unseen)


def score(ledger: Ledger, data: bytes, *, name: str, key: str) -> tuple[bytes, int, dict[str, int]]:
    """Score a Parquet file's rows: the new Parquet file, its rows, and unseen categories.

    Keeps the column `key` if the rows have it, and warns where they do not. `name` is what messages call
    the file. No row is dropped: what could not have been known when the question is asked is not asked for.
    """
    scorer = champion_scorer(ledger)
    try:
        # Without what pandas wrote of itself: a feature or the key may have been its index.
        rows = pq.read_table(BytesIO(data)).replace_schema_metadata(None).to_pandas()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BadInput(
            f"{name}: not a readable Parquet file: {' '.join(str(error).split())[:160]}"
        ) from error
    try:
        scores, unseen = scorer.batch(rows)
    except BadInput as error:
        raise BadInput(f"{name}: {error}") from error
    if key not in rows:
        _log.warning("%s: no column %s (prepare.id): scores tell their rows by their order alone", name, key)
    else:
        scores.insert(0, key, rows[key].to_numpy())
    sink = BytesIO()
    pq.write_table(pa.Table.from_pandas(scores, preserve_index=False), sink, compression="zstd")
    return sink.getvalue(), len(rows), unseen
