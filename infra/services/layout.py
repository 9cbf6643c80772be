"""Where the stack keeps its files, which ports it takes and whose object store it uses: decided once."""

import hashlib
import json
import os
import secrets
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.environment import parse
from tasks.errors import BadInput

ROOT = Path(__file__).resolve().parents[2]
BINARIES = Path(sys.executable).parent
S3_PORT, PREFECT_PORT = 8333, 4200
LOWEST_PORT = 1024
S3_PORT_COUNT = 8
"""SeaweedFS takes its S3 port and the seven that follow: master, volume, filer, and gRPC for each."""
LONGEST_SOCKET_PATH = 100
"""Bytes; the kernel allows 104 to 108 and supervisor adds a suffix while it binds."""


@dataclass(frozen=True)
class Credentials:
    """What SeaweedFS asks for; made up once for one base folder, so the access key also names the stack."""

    access_key: str
    secret_key: str


@dataclass(frozen=True)
class Layout:
    """Everything about one stack that does not change while it runs."""

    base: Path
    s3_port: int
    prefect_port: int
    credentials: Credentials
    external: str | None
    """`EVERGREEN_STORE` where it names a store that is not ours: SeaweedFS is not started then."""

    @property
    def environment_file(self) -> Path:
        """What a user's shell and the worker's processes load; mode 0600."""
        return self.base / "env"

    @property
    def seaweedfs(self) -> Path:
        """Folder of SeaweedFS: its data, its credentials and the identity it has to show."""
        return self.base / "seaweedfs"

    @property
    def prefect(self) -> Path:
        """`PREFECT_HOME`: the SQLite database, and no profile of the user's."""
        return self.base / "prefect"

    @property
    def supervisor(self) -> Path:
        """Folder of the process manager: configuration, process id and its own log."""
        return self.base / "supervisor"

    @property
    def logs(self) -> Path:
        """One rotated log for each service."""
        return self.base / "logs"

    @property
    def socket(self) -> Path:
        """The process manager's socket; in a private temporary folder where the path would be too long."""
        socket = self.supervisor / "supervisor.sock"
        if len(os.fsencode(socket)) <= LONGEST_SOCKET_PATH:
            return socket
        name = hashlib.sha256(os.fsencode(self.base)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"evergreen-{os.getuid()}-{name}" / "supervisor.sock"

    @property
    def s3_endpoint(self) -> str:
        """The embedded store's address."""
        return f"http://127.0.0.1:{self.s3_port}"

    @property
    def prefect_url(self) -> str:
        """Where Prefect's pages are; its API is at `/api` below."""
        return f"http://127.0.0.1:{self.prefect_port}"

    @property
    def ports(self) -> dict[int, str]:
        """Every port that the stack listens on, and the variable that moves it."""
        s3 = range(self.s3_port, self.s3_port + S3_PORT_COUNT) if self.external is None else ()
        return dict.fromkeys(s3, "EVERGREEN_S3_PORT") | {self.prefect_port: "EVERGREEN_PREFECT_PORT"}


def base_folder(given: Path | None, environ: Mapping[str, str]) -> Path:
    """`--base`, else `EVERGREEN_STACK`, else build/stack in the repository."""
    return (given or Path(environ.get("EVERGREEN_STACK") or ROOT / "build" / "stack")).resolve()


def read_layout(base: Path, environ: Mapping[str, str]) -> Layout:
    """The layout that the environment asks for; ports not given stay as they were at the last `up`.

    Writes the credentials on first use, and nothing else. Raises `BadInput` for a port that is none.
    """
    recorded = parse(base / "env")
    credentials = _credentials(base / "seaweedfs" / "s3.json")
    s3_port = _port("EVERGREEN_S3_PORT", environ, recorded, S3_PORT)
    prefect_port = _port("EVERGREEN_PREFECT_PORT", environ, recorded, PREFECT_PORT)
    layout = Layout(base, s3_port, prefect_port, credentials, _external(environ, credentials))
    if layout.external is None and prefect_port in range(s3_port, s3_port + S3_PORT_COUNT):
        raise BadInput(
            f"EVERGREEN_PREFECT_PORT={prefect_port} lies in the {S3_PORT_COUNT} ports from "
            f"EVERGREEN_S3_PORT={s3_port} on, which SeaweedFS takes: choose another."
        )
    return layout


def _external(environ: Mapping[str, str], credentials: Credentials) -> str | None:
    # A shell that has loaded our own environment file names our store, and says so by the access key.
    store = environ.get("EVERGREEN_STORE")
    return store if store and environ.get("AWS_ACCESS_KEY_ID") != credentials.access_key else None


def _port(name: str, environ: Mapping[str, str], recorded: Mapping[str, str], default: int) -> int:
    text = environ.get(name) or recorded.get(name) or str(default)
    highest = 65535 - S3_PORT_COUNT
    if not text.isascii() or not text.isdigit() or not LOWEST_PORT <= int(text) <= highest:
        raise BadInput(f"{name} has to be a port from {LOWEST_PORT} to {highest}, found {text!r}.")
    return int(text)


def _credentials(path: Path) -> Credentials:
    """Read from, or made up and written to, the file that SeaweedFS itself reads."""
    if not path.exists():
        pair = {"accessKey": f"evergreen-{secrets.token_hex(8)}", "secretKey": secrets.token_urlsafe(32)}
        identity = {"name": "evergreen", "credentials": [pair], "actions": ["Admin"]}
        write_private(path, json.dumps({"identities": [identity]}, indent=2) + "\n")
    try:
        pair = json.loads(path.read_text())["identities"][0]["credentials"][0]
        return Credentials(pair["accessKey"], pair["secretKey"])
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise BadInput(
            f"{path} should hold SeaweedFS's credentials and cannot be read ({error!r}): restore it, "
            f"or move {path.parent.parent} away to begin with an empty store."
        ) from error


def write_private(path: Path, text: str) -> None:
    """Replace `path` by a file that only its owner can read, never readable by others in between."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    temporary.replace(path)
