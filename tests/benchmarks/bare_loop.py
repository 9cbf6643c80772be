"""The anchor: what a careful person would write as one script. Read, train, score two models, AUC, upload.

No validation, no versions, no evidence, no ledger. Same rows, features, trees and threads as the
example's challenger, in the months before the holdout; the champion is a model file on disk.

    python -m benchmarks.bare_loop MONTHS_FOLDER CHAMPION.ubj s3://BUCKET/KEY ROUNDS
"""

import sys
import time
from pathlib import Path


def main(months: Path, champion: Path, target: str, rounds: int) -> None:
    """Run the loop and print the seconds of its parts."""
    started = time.perf_counter()
    import boto3
    import numpy as np
    import pandas as pd
    import xgboost as xgb
    from scipy.stats import rankdata

    imported = time.perf_counter()
    numeric = ["sched_dep_minute", "sched_arr_minute", "weekday", "distance", "temp", "dewp", "humid",
               "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib"]  # fmt: skip
    categorical = ["carrier", "origin", "dest"]
    paths = sorted(months.glob("*.parquet"))
    frames = [pd.read_parquet(path, columns=[*numeric, *categorical, "late"]) for path in paths]
    train, holdout = pd.concat(frames[:-1], ignore_index=True), frames[-1]
    train, holdout = train[train["late"].notna()], holdout[holdout["late"].notna()]
    known = {name: pd.CategoricalDtype(sorted(train[name].unique())) for name in categorical}
    train, holdout = train.astype(known), holdout.astype(known)
    read = time.perf_counter()
    columns = ["sched_dep_minute", "sched_arr_minute", "weekday", "distance", *categorical, *numeric[4:]]
    data = xgb.QuantileDMatrix(train[columns], label=train["late"], enable_categorical=True)
    options = {"objective": "binary:logistic", "max_depth": 6, "learning_rate": 0.1, "tree_method": "hist"}
    booster = xgb.train(options, data, num_boost_round=rounds)
    trained = time.perf_counter()
    codes = np.column_stack(
        [
            holdout[name].cat.codes.replace(-1, np.nan) if name in categorical else holdout[name]
            for name in columns
        ]
    ).astype(np.float32)
    labels = holdout["late"].to_numpy(dtype=float)
    aucs = []
    for model in (booster, xgb.Booster(model_file=str(champion))):
        ranks = rankdata(model.inplace_predict(codes))
        positives = labels.sum()
        pairs = positives * (len(labels) - positives)
        aucs.append((ranks[labels == 1].sum() - positives * (positives + 1) / 2) / pairs)
    scored = time.perf_counter()
    bucket, _, key = target.removeprefix("s3://").partition("/")
    boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=bytes(booster.save_raw("ubj")))
    done = time.perf_counter()
    parts = {"imports": imported - started, "read": read - imported, "train": trained - read,
             "score": scored - trained, "upload": done - scored}  # fmt: skip
    sys.stdout.write(" ".join(f"{name}={seconds:.2f}" for name, seconds in parts.items()))
    sys.stdout.write(f" auc={aucs[0]:.4f} champion={aucs[1]:.4f}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
