"""A stranger's first minutes: the README's two lines, and the Dockerfile's steps, in a fresh clone and environment.

They install everything anew, from a package index, so they only run when they are asked for:

    EASEL_FRESH=1 python -m pytest -m slow tests/test_fresh.py
"""

import contextlib
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
PATIENCE = 3600  # seconds that a bare machine may take to install

fresh = [
    pytest.mark.slow,
    pytest.mark.skipif(os.environ.get("EASEL_FRESH") != "1", reason="installs everything anew: set EASEL_FRESH=1"),
]


def commands() -> list[str]:
    """The README's lines that set up an environment."""
    return re.findall(r"^ {4}(python3 -m venv .*)$", README, re.M)


def steps(word: str) -> list[str]:
    """What follows an instruction of the Dockerfile, continued lines joined."""
    return re.findall(rf"^{word}\s+(.*)$", DOCKERFILE.replace("\\\n", " "), re.M)


def free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


def environment(**more: str) -> dict[str, str]:
    """This one's, without its virtual environment and without the switch that started these tests."""
    own = ("VIRTUAL_ENV", "PYTHONPATH", "EASEL_FRESH")
    kept = {name: value for name, value in os.environ.items() if name not in own}
    kept["PATH"] = os.pathsep.join(part for part in kept["PATH"].split(os.pathsep) if "venv" not in part)
    return kept | more


@contextlib.contextmanager
def running(command: list[str], **options):
    """A process group that is ended with the block."""
    process = subprocess.Popen(command, start_new_session=True, **options)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def becomes_healthy(process: subprocess.Popen, port: int) -> bool:
    """Whether the page can draw before patience or the process ends."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(1)  # the server is another process: there is no event to wait for
    return False


@pytest.fixture
def clone(tmp_path):
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", f"file://{ROOT}", str(tmp_path / "easel")], check=True)
    return tmp_path / "easel"


def test_the_readme_has_two_lines_that_set_everything_up():
    page, suite = commands()
    assert page.endswith("python app.py") and "-r requirements.txt" in page
    assert suite.endswith('pytest -n 2 -m "not gpu"') and '".[dev]"' in suite


def test_the_dockerfile_serves_as_a_user_without_rights_and_asks_for_its_health():
    assert steps("USER") == ["easel"] and any("useradd" in step for step in steps("RUN"))
    assert "/healthz" in steps("HEALTHCHECK")[0] and steps("CMD") == ['["python", "app.py"]']
    assert steps("FROM") == ["python:3.11-slim"]
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert not {"weights", "app.py", "pipeline", "requirements.txt"} & {*ignored}


@pytest.mark.parametrize("line", [pytest.param(0, marks=fresh)])
def test_the_first_line_ends_with_the_page_open(clone, line):
    port = free_port()
    settings = environment(GRADIO_SERVER_PORT=str(port), EASEL_STORE="off")
    with running(["bash", "-ec", commands()[line]], cwd=clone, env=settings) as process:
        assert becomes_healthy(process, port)


@pytest.mark.parametrize("line", [pytest.param(1, marks=fresh)])
def test_the_second_line_ends_with_the_whole_suite_passed(clone, line):
    run = subprocess.run(["bash", "-ec", commands()[line]], cwd=clone, env=environment(), timeout=2 * PATIENCE)
    assert run.returncode == 0


@pytest.mark.parametrize("kind", [pytest.param("environment", marks=fresh)])
def test_the_dockerfile_s_steps_serve_the_page(clone, tmp_path, kind):
    """Without docker: the same installation in a virtual environment, the same command, the same question."""
    python, port = tmp_path / "venv" / "bin" / "python", free_port()
    subprocess.run(["python3", "-m", "venv", str(tmp_path / "venv")], check=True, env=environment())
    (install,) = [step for step in steps("RUN") if step.startswith("pip install")]
    subprocess.run([str(python), "-m", *shlex.split(install)], check=True, cwd=clone, env=environment())
    shutil.rmtree(clone / "tests")  # as .dockerignore leaves them out
    settings = environment(**dict(word.split("=") for word in steps("ENV")[0].split()), EASEL_STORE="off")
    settings |= {"GRADIO_SERVER_PORT": str(port), "PATH": f"{python.parent}{os.pathsep}{settings['PATH']}"}
    with running([str(python), "app.py"], cwd=clone, env=settings) as process:
        assert becomes_healthy(process, port)
        question = steps("HEALTHCHECK")[0].split("CMD", 1)[1].strip()
        assert subprocess.run(["sh", "-c", question], env=settings).returncode == 0
