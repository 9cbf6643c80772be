"""`params.yaml` as frozen, typed models, read once by the runner.

One section per step, named like the step; `contract` is what `decide` applies.
Unknown keys are errors: a misspelt setting must not be a setting that does nothing.
"""

from tasks.params.contract import Clause, Contract
from tasks.params.folder import QUARANTINED, Params
from tasks.params.outcomes import OutcomeParams
from tasks.params.reading import parse_params, read_params, sources_in, suite_file
from tasks.params.retention import RetentionParams
from tasks.params.section import Section
from tasks.params.steps import (
    Column,
    CostParams,
    EvaluateParams,
    Exclusion,
    IntakeParams,
    Label,
    MeasureParams,
    PrepareParams,
    Rows,
    Source,
    StoreParams,
    TrainParams,
    ValidateParams,
)

__all__ = [
    "QUARANTINED",
    "Clause",
    "Column",
    "Contract",
    "CostParams",
    "EvaluateParams",
    "Exclusion",
    "IntakeParams",
    "Label",
    "MeasureParams",
    "OutcomeParams",
    "Params",
    "PrepareParams",
    "RetentionParams",
    "Rows",
    "Section",
    "Source",
    "StoreParams",
    "TrainParams",
    "ValidateParams",
    "parse_params",
    "read_params",
    "sources_in",
    "suite_file",
]
