"""Create `.venv` from the hashed lock, or with `--lock` make the lock; needs nothing but Python.

uv does it: it installs the whole in half a minute, where pip takes minutes. It reads none of pip's
settings, so those that say where packages come from are passed on to it; should that fail, pip
installs the same hashed files.
"""

import ast
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "infra" / "requirements.txt"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK_OPTIONS = [
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-header",
    "--no-annotate",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--all-extras",
]

# pip's setting -> uv's variable, and what separates several values there.
SETTINGS = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "no-index": ("UV_NO_INDEX", " "),
    "cert": ("SSL_CERT_FILE", " "),
}
ONE_INDEX = ("index-url", "trusted-host", "cert")


def main(arguments: list[str]) -> None:
    """Install, or with `--lock` as the first argument resolve; exits with the status of what failed."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.pop("VIRTUAL_ENV", None)
    os.chdir(ROOT)
    if arguments[:1] == ["--lock"]:
        _lock(arguments[1:])
        return
    _create()
    _install_uv()
    _install_lock()
    # What builds the project is in the lock as well, and is installed by now.
    project = ["--quiet", "--no-deps", "--no-build-isolation", "--editable", "."]
    _run([_uv(), "pip", "install", *project], uv_environment({}))


def _lock(arguments: list[str]) -> None:
    # From one index, whatever else this machine may know: the same lock for everybody.
    settings = {name: value for name, value in _pip_settings().items() if name in ONE_INDEX}
    command = [_uv(), "pip", "compile", *LOCK_OPTIONS, "pyproject.toml", "-o", str(LOCK), *arguments]
    _run([*command, "--quiet"], uv_environment(settings))


def _create() -> None:
    """A virtual environment of this interpreter's version; one of another version is replaced."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    fits = (VENV / "lib" / version / "site-packages").is_dir() and PYTHON.exists()
    print(f"Setting up .venv with {version} ...", flush=True)
    if not fits:
        venv.create(VENV, with_pip=True, clear=VENV.exists())


def block(lock: str, package: str) -> str:
    """The lines of `package` in a requirements file: its pin and its hashes."""
    lines = lock.splitlines(keepends=True)
    start = next(number for number, line in enumerate(lines) if line.startswith(f"{package}=="))
    end = start + 1
    while end < len(lines) and lines[end].startswith(" "):
        end += 1
    return "".join(lines[start:end])


def _install_uv() -> None:
    with tempfile.TemporaryDirectory() as folder:
        requirement = Path(folder) / "uv.txt"
        requirement.write_text(block(LOCK.read_text(), "uv"))
        command = [*_pip(), "install", "--quiet", "--no-deps", "--require-hashes", "-r", str(requirement)]
        _run(command, os.environ)


def _install_lock() -> None:
    hashed = ["install", "--require-hashes", "-r", str(LOCK)]
    # Any index may serve a file: its hash is what decides. That goes for what builds packages, too.
    strict = ["--index-strategy", "unsafe-best-match", "--build-constraints", str(LOCK)]
    fast = [_uv(), "pip", *hashed, "--compile-bytecode", *strict]
    if subprocess.run(fast, env=uv_environment(_pip_settings()), check=False).returncode != 0:
        print("uv could not install the lock: trying pip, which takes some minutes.", flush=True)
        _run([*_pip(), *hashed, "--no-deps"], os.environ)


def uv_environment(settings: dict[str, str]) -> dict[str, str]:
    """The environment with pip's `settings` in uv's words; what the user set for uv itself stays."""
    found = {}
    for name, (variable, separator) in SETTINGS.items():
        if name in settings and variable not in os.environ:
            found[variable] = separator.join(settings[name].split())
    return {**os.environ, **found, "VIRTUAL_ENV": str(VENV)}


def parse_settings(text: str) -> dict[str, str]:
    """What `pip config list` prints, by the bare name; later lines win, as they do for pip."""
    settings = {}
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        if equals:
            settings[key.rpartition(".")[2]] = str(ast.literal_eval(value))
    return settings


def _pip_settings() -> dict[str, str]:
    listed = subprocess.run([*_pip(), "config", "list"], capture_output=True, text=True, check=False)
    return parse_settings(listed.stdout)


def _pip() -> list[str]:
    return [str(PYTHON), "-m", "pip", "--disable-pip-version-check"]


def _uv() -> str:
    return str(VENV / "bin" / "uv")


def _run(command: list[str], environment: Mapping[str, str]) -> None:
    done = subprocess.run(command, env=environment, check=False)
    if done.returncode != 0:
        sys.exit(done.returncode)


if __name__ == "__main__":
    main(sys.argv[1:])
