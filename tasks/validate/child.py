"""The process behind `Checker`: a line of JSON in, the report on one batch out."""

import json
import sys
from pathlib import Path

from tasks.params import Params
from tasks.validate.step import check_batch
from tasks.workspace import BatchFile


def main() -> None:
    """Answer each line on standard input; what libraries print goes to standard error."""
    answers, sys.stdout = sys.stdout, sys.stderr
    import great_expectations.expectations  # noqa: F401 - what this process exists for
    import pyarrow.parquet  # noqa: F401

    for line in sys.stdin:
        asked = json.loads(line)
        path, params = Path(asked["path"]), Params.model_validate_json(asked["params"])
        report = check_batch(path, BatchFile.of(path), params, asked["rules"])
        answers.write(json.dumps(report.model_dump(mode="json")) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
