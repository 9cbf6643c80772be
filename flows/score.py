"""score: a Parquet object in the store in, its scores by the champion of the moment out."""

from pathlib import Path
from typing import Any

from prefect import flow

from flows.logs import let_through
from flows.retries import with_back_off
from tasks.score import score_object


@flow(name="score", persist_result=True, result_serializer="json")
def score(folder: str, source: str, target: str) -> dict[str, Any]:
    """Score the object at key `source` of the model's store into key `target`, which is below `scores/`."""
    let_through()
    return with_back_off(score_object)(Path(folder), source, target).model_dump(mode="json")
