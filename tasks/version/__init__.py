"""version: which batches make a dataset version, as DVC records it.

`manifest` writes which they are (a stage of dvc.yaml); `version` also adds and pushes their bytes.
"""

from tasks.version.manifest import Dataset, DatasetBatch, manifest, read_dataset
from tasks.version.step import version

__all__ = ["Dataset", "DatasetBatch", "manifest", "read_dataset", "version"]
