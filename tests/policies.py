"""What a policy in infra/policies/ allows: the part of IAM that these files use, and no more."""

import json
from fnmatch import fnmatchcase
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "infra" / "policies"
BUCKET = "arn:aws:s3:::evergreen"
ACTIONS = {
    "get": "s3:GetObject",
    "exists": "s3:GetObject",
    "create": "s3:PutObject",
    "replace": "s3:PutObject",
    "put": "s3:PutObject",
    "delete": "s3:DeleteObject",
    "list": "s3:ListBucket",
}
"""What each call to a store asks of S3."""


def statements(name: str) -> list[dict[str, object]]:
    """The statements of `<name>.json`."""
    document = json.loads((FOLDER / f"{name}.json").read_bytes())
    assert document["Version"] == "2012-10-17"
    found: list[dict[str, object]] = document["Statement"]
    return found


def allows(name: str, call: str, key: str) -> bool:
    """Whether the policy allows this call to the store at this key; without a statement it does not."""
    return any(_allowed(one, call, key) for one in statements(name))


def _allowed(statement: dict[str, object], call: str, key: str) -> bool:
    assert statement.keys() <= {"Sid", "Effect", "Action", "Resource", "Condition"}
    assert statement["Effect"] == "Allow"
    resource = BUCKET if call == "list" else f"{BUCKET}/{key}"
    if ACTIONS[call] not in list(statement["Action"]):  # type: ignore[call-overload]
        return False
    if "Condition" in statement:
        # The header is there: a create, which alone sends it.
        assert statement["Condition"] == {"Null": {"s3:if-none-match": "false"}}
        if call != "create":
            return False
    return any(fnmatchcase(resource, pattern) for pattern in list(statement["Resource"]))  # type: ignore[call-overload]


def places(name: str, action: str) -> set[str]:
    """The first parts of the keys that the policy allows this action on."""
    found = set()
    for one in statements(name):
        if action in list(one["Action"]):  # type: ignore[call-overload]
            found |= {str(each).removeprefix(f"{BUCKET}/").split("/")[0] for each in list(one["Resource"])}  # type: ignore[call-overload]
    return found


_WORDS = {
    "s3:GetObject": "Read",
    "s3:PutObject": "Write",
    "s3:DeleteObject": "Write",
    "s3:ListBucket": "List",
}


def seaweed_actions(name: str) -> list[str]:
    """The policy in SeaweedFS's own words, which are coarser: who may write may write over, and delete."""
    found = set()
    for one in statements(name):
        places = [str(each).removeprefix("arn:aws:s3:::") for each in list(one["Resource"])]  # type: ignore[call-overload]
        found |= {f"{_WORDS[action]}:{place}" for action in list(one["Action"]) for place in places}  # type: ignore[call-overload]
    return sorted(found)
