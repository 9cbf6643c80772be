"""What `evergreen fetch` pins in a workspace: the champion, the contract and the code.

Pinned, so that every stage is a function of files: the champion of the moment is read once, here.
"""

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from tasks.code import code_hashes
from tasks.documents import Document, Hash, canonical, digest, digest_file, write_atomically
from tasks.errors import BadInput, Corrupt
from tasks.ledger import ArtifactRef, Body, Champion, ContractFrozen, Ledger, State
from tasks.ledger.artifacts import artifacts_of, fetch_artifact
from tasks.ledger.office import champion_of
from tasks.params import Contract, Source, read_params, sources_in
from tasks.workspace import Workspace

MODEL, CARD = "model.ubj", "model.json"


class ChampionPin(Document):
    """`champion.json`: the champion in force, or none, and the contract frozen for the next challenger.

    `sources` are those of the champion's own settings that have a feature which ours bring no more.
    """

    model: str
    contract: Hash
    champion: Champion | None = None
    model_bytes: ArtifactRef | None = None
    card: ArtifactRef | None = None
    sources: tuple[Source, ...] = Field(default=(), exclude_if=lambda sources: not sources)


def freeze(contract: Contract, ledger: Ledger) -> State:
    """Make sure the ledger's contract is this one: an entry where it differs, nothing where it does not."""

    def body(state: State) -> Body | None:
        if state.contract == contract.hash:
            return None
        text = canonical(contract.model_dump(mode="json")).decode()
        approval = contract.promote.approval if contract.promote else None
        return ContractFrozen(contract=contract.hash, text=text, approval=approval)

    return ledger.append(body)


def fetch(workspace: Workspace, ledger: Ledger) -> ChampionPin:
    """Freeze the contract, pin the champion with its verified bytes, and pin the code's hashes."""
    state = freeze(workspace.params.contract, ledger)
    pin = pin_champion(workspace, ledger, workspace.params.contract.hash, state.champion)
    pin_code(workspace)
    return pin


def pin_champion(
    workspace: Workspace, ledger: Ledger, contract: str, champion: Champion | None
) -> ChampionPin:
    """Pin this champion, or none, under this contract, and bring its verified bytes."""
    pin = ChampionPin(model=ledger.model, contract=contract)
    if champion is not None:
        named = artifacts_of(ledger.entry(champion.registered))
        pin = pin.model_copy(
            update={
                "champion": champion,
                "model_bytes": named[MODEL],
                "card": named[CARD],
                "sources": former_sources(workspace.params_file, ledger, named),
            }
        )
        for ref in (named[MODEL], named[CARD]):
            if not (workspace.champion / ref.sha256).exists():
                write_atomically(
                    workspace.champion / ref.sha256, fetch_artifact(ledger.store, ledger.model, ref)
                )
    write_atomically(workspace.champion_pin, pin.to_bytes())
    return pin


def former_sources(settings: Path, ledger: Ledger, named: Mapping[str, ArtifactRef]) -> tuple[Source, ...]:
    """What a model learned from and the `settings` bring no more, by the settings among its artifacts.

    Of each source only these features, with the column that says when they become known.
    """
    ref = named.get(settings.name)
    if ref is None or ref.sha256 == digest_file(settings):
        return ()
    theirs = sources_in(fetch_artifact(ledger.store, ledger.model, ref))
    ours = set(read_params(settings).prepare.features)

    def gone(columns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(column for column in columns if column not in ours)

    former = [
        one.model_copy(update={"numeric": gone(one.numeric), "categorical": gone(one.categorical)})
        for one in theirs
    ]
    return tuple(one for one in former if one.columns)


def pin_code(workspace: Workspace) -> None:
    """Write the hash of each step's code, so that DVC sees when it changes."""
    write_atomically(workspace.code_pin, canonical(code_hashes()))


def read_pin(workspace: Workspace) -> ChampionPin:
    """The pinned champion; raises `BadInput` if there is none, or the contract has changed since."""
    try:
        pin = ChampionPin.model_validate_json(workspace.champion_pin.read_bytes())
    except (OSError, ValueError) as error:
        raise BadInput(
            f"{workspace.champion_pin}: expected the pinned champion; run `evergreen fetch`"
        ) from error
    if pin.contract != workspace.params.contract.hash:
        raise BadInput(
            f"{workspace.champion_pin}: the contract in params.yaml has changed since it was pinned; "
            "run `evergreen fetch`, which freezes the new one, and train again"
        )
    return pin


def refuse_if_foreign(pin: ChampionPin, ledger: Ledger) -> None:
    """Raise `BadInput` unless the pin's champion, if it has one, is what its entry put in office here."""
    pinned = pin.champion
    if pinned is None:
        return
    known = 1 <= pinned.number <= ledger.state().number
    if pin.model != ledger.model or not known or champion_of(ledger.entry(pinned.number)) != pinned:
        raise BadInput(
            f"champion.json: entry {pinned.number} put no such champion in office; run `evergreen fetch`"
        )


def pinned_bytes(workspace: Workspace, ref: ArtifactRef) -> bytes:
    """A pinned file, hashed again; raises `BadInput` if it is missing, `Corrupt` if it is another."""
    path = workspace.champion / ref.sha256
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: the pinned champion's file is missing; run `evergreen fetch`") from error
    if digest(data) != ref.sha256:
        raise Corrupt(
            f"{path}: its bytes do not match the ledger's hash; delete it and run `evergreen fetch`"
        )
    return data
