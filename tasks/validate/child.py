"""The process behind `Checker`: a batch in, the report on it out."""

from pathlib import Path
from typing import Any

from tasks.companion import Answer, serve
from tasks.params import Params
from tasks.validate.step import check_batch
from tasks.workspace import BatchFile


def begin() -> Answer:
    """Import what takes seconds."""
    import great_expectations.expectations  # noqa: F401 - what this process exists for
    import pyarrow.parquet  # noqa: F401 - this too

    def answer(question: dict[str, Any]) -> dict[str, Any]:
        path, params = Path(question["path"]), Params.model_validate_json(question["params"])
        report = check_batch(path, BatchFile.of(path), params, question["rules"])
        return report.model_dump(mode="json")

    return answer


if __name__ == "__main__":
    serve(begin)
