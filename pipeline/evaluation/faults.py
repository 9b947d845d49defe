"""What a server makes of a machine that fails: killed, disk full or read-only, folders deleted, store damaged.

    python -m pipeline.evaluation.faults

starts `python app.py` for each fault, draws, does the harm, draws again, and prints a row for each: whether pictures
still came, whether what was acknowledged is kept where it should be, how the process ended. It exits with 1 where
something was lost, answered badly, or printed a traceback.
"""

import argparse
import contextlib
import io
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
from PIL import Image

from pipeline.evaluation.server import Server, client
from pipeline.evaluation.table import markdown_table

__all__ = ["FAULTS", "main"]

MOST_SECONDS = 10.0  # for a server that is asked to stop
_DAY = 86400
# Runs `python app.py ...`, its arguments, with the clock of its program put so many seconds on.
_ELSEWHEN = """
import runpy, sys, time
offset, clock = float(sys.argv[1]), time.time
time.time = lambda: clock() + offset
sys.argv = sys.argv[3:]
sys.path.insert(0, ".")
runpy.run_path(sys.argv[0], run_name="__main__")
"""


class _Skipped(Exception):
    """The fault cannot be made on this machine; the message says why."""


def _ask(server: Server, seed: int, name: str = "faults") -> dict:
    """What is said of one seed's picture; empty where none came."""
    number, values = server.endpoint("generate")
    with client() as asking:
        answer = server.ask(asking, number, ["a red apple, 3d render", "", seed, *values[3:]], f"{name}-{seed}")
    return answer["output"]["data"][1][0] if answer.get("success") else {"error": answer}


def _draws(server: Server, seeds: range, *, kept: bool | None = None) -> bool:
    """Whether every seed's picture comes, and (where asked) from the store or not."""
    answers = [_ask(server, seed, f"faults-{kept}") for seed in seeds]
    return all("error" not in each and kept in (None, each["from_store"]) for each in answers)


def killed(server: Server) -> str:
    """Killed while it draws, three times: what was acknowledged is kept, and what was left is swept at start."""
    acknowledged: list[int] = []
    for turn in range(3):
        first = threading.Event()

        def draw(seeds: range, drawn: threading.Event = first) -> None:
            for seed in seeds:
                with contextlib.suppress(httpx.HTTPError):
                    if "error" not in _ask(server, seed):
                        acknowledged.append(seed)
                        drawn.set()

        visitors = [threading.Thread(target=draw, args=(range(at, at + 20),)) for at in (100 * turn, 100 * turn + 50)]
        for visitor in visitors:
            visitor.start()
        first.wait(60)
        server.kill()
        for visitor in visitors:
            visitor.join()
        server.start()
    left = [path for path in (server.folder / "tmp").iterdir() if path.is_dir() and path.name.startswith("easel-")]
    if len(left) > 2:  # this process's own two: uploads and downloads
        return f"{len(left)} temporary folders are left"
    lost = [seed for seed in acknowledged if not _ask(server, seed, "again").get("from_store")]
    if not acknowledged:
        return "nothing was drawn before"
    return f"{len(lost)} of {len(acknowledged)} acknowledged pictures were lost" if lost else ""


def deleted_downloads(server: Server) -> str:
    """The folders of downloads and uploads are deleted while it runs."""
    if not _draws(server, range(2)):
        return "no pictures before"
    for path in (server.folder / "tmp").iterdir():
        shutil.rmtree(path, ignore_errors=True)
    status = _link(server)
    if not _draws(server, range(4)) or status != 200:
        return f"no pictures afterwards ({status})"
    return "" if _takes_uploads(server) else "no uploads afterwards"


def deleted_store(server: Server) -> str:
    """The store's folder is deleted while it runs."""
    if not _draws(server, range(2)):
        return "no pictures before"
    shutil.rmtree(server.folder / "store")
    return "" if _draws(server, range(4)) else "no pictures afterwards"


def damaged_store(server: Server) -> str:
    """The store's database is overwritten between two starts."""
    if not _draws(server, range(2)):
        return "no pictures before"
    server.kill()
    for database in (server.folder / "store").rglob("cache.db*"):
        database.write_bytes(b"no database at all" * 999)
    server.start()
    return "" if _draws(server, range(4)) and _draws(server, range(4), kept=True) else "the store did not begin anew"


def damaged_while_running(server: Server) -> str:
    """The store's files are overwritten, database and pictures, while it runs."""
    if not _draws(server, range(4)):
        return "no pictures before"
    for path in (server.folder / "store").rglob("*"):
        if path.is_file():
            path.write_bytes(b"\xff" * max(1, path.stat().st_size))
    return "" if _draws(server, range(6)) else "no pictures afterwards"


def read_only_store(server: Server) -> str:
    """The store may not be written from one start on."""
    if not _draws(server, range(2)):
        return "no pictures before"
    server.kill()
    folder = server.folder / "store"
    with _disk(folder, "4m", keep=True):
        if subprocess.run(["mount", "-o", "remount,ro", str(folder)], capture_output=True, check=False).returncode:
            raise _Skipped("this user may not mount")
        server.start()
        problem = "" if _draws(server, range(3)) else "no pictures"
        server.kill()
    return problem


def full_disk(server: Server) -> str:
    """The store is on a disk of 2 MB that is nearly full."""
    server.kill()
    with _disk(server.folder / "store", "2m") as folder:
        (folder / "filler").write_bytes(b"x" * 1_800_000)
        server.start()
        problem = "" if _draws(server, range(12)) else "no pictures"
        server.kill()
    return problem


def full_temporary(server: Server) -> str:
    """The disk for downloads and uploads is full: a sentence, links draw, and all goes on once there is room."""
    server.kill()
    with _disk(server.folder / "tmp", "4m") as folder:
        server.start()
        with contextlib.suppress(OSError), (folder / "filler").open("wb", buffering=0) as filler:
            while filler.write(b"x" * 4096):
                pass
        refused = _ask(server, 1)
        output = refused.get("error", {}).get("output", {})
        status = _link(server)
        sent = _upload(server).status_code
        (folder / "filler").unlink()
        came = _draws(server, range(2, 4)) and _takes_uploads(server)
        server.kill()
    if not output.get("error"):
        return f"no sentence while it was full: {refused}"
    if status != 200 or sent != 503:
        return f"/picture answered {status}, an upload {sent}, while it was full"
    return "" if came else "no pictures once there was room"


def clock(server: Server) -> str:
    """The clock is a month ahead, and right again after a restart: pictures come, and what is young is kept."""
    if not _draws(server, range(2)):
        return "no pictures before"
    server.kill()
    server.before = [sys.executable, "-c", _ELSEWHEN, str(30 * _DAY)]
    server.start()
    ahead = _draws(server, range(2), kept=False) and _draws(server, range(2), kept=True)
    server.kill()
    server.before = []
    server.start()
    if not ahead:
        return "a month ahead pictures did not come, or those too old were kept"
    return "" if _draws(server, range(2), kept=True) else "what was drawn a month ahead is lost"


def few_handles(server: Server) -> str:
    """So many connections that a process with 256 file handles has none left: afterwards it answers again."""
    server.kill()
    server.before = ["sh", "-c", 'ulimit -n 256; exec "$@"', "sh"]
    server.start()
    clients = [client(timeout=5) for _ in range(300)]
    for each in clients:
        with contextlib.suppress(httpx.HTTPError):
            each.get(f"{server.url}/healthz")
    for each in clients:
        each.close()
    return "" if _draws(server, range(2)) else "no pictures afterwards"


FAULTS: dict[str, Callable[[Server], str]] = {
    "killed while drawing": killed,
    "downloads and uploads deleted": deleted_downloads,
    "store deleted": deleted_store,
    "store damaged": damaged_store,
    "store damaged while running": damaged_while_running,
    "store read-only": read_only_store,
    "disk of the store full": full_disk,
    "disk of downloads full": full_temporary,
    "clock a month ahead": clock,
    "file handles used up": few_handles,
}


def run(name: str, model: str) -> tuple[list[str], bool]:
    """(a row for the table, whether the fault was borne) of one fault, on a server of its own."""
    with Server(["--model", model]) as server:
        try:
            problem = FAULTS[name](server)
        except _Skipped as skipped:
            return [name, f"not tried: {skipped}", "", "", ""], True
        except (RuntimeError, httpx.HTTPError) as error:
            problem = f"{type(error).__name__}: {str(error).strip()[-300:]}"
        tracebacks = server.tracebacks
        status, seconds = server.stop() if server.runs else ("killed", 0.0)
    row = [name, problem or "as promised", str(tracebacks), str(status), f"{seconds:.1f}"]
    return row, not problem and not tracebacks and status in (0, "killed") and seconds <= MOST_SECONDS


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline.evaluation.faults", description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", choices=list(FAULTS), default=list(FAULTS), help="of the faults")
    parser.add_argument("--model", default=str(Path("weights")), help="as app.py takes it")
    arguments = parser.parse_args(argv)
    rows, borne = [], True
    for name in arguments.only:
        row, well = run(name, arguments.model)
        print(*row, sep="  ", file=sys.stderr, flush=True)
        rows.append(row)
        borne &= well
    print(markdown_table(["fault", "outcome", "tracebacks", "exit status", "s to stop"], rows))
    return int(not borne)


@contextlib.contextmanager
def _disk(folder: Path, size: str, *, keep: bool = False) -> Iterator[Path]:
    """A disk of so many bytes in place of a folder, with its files on it where they are to be kept."""
    before = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if keep and path.is_file()}
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        raise _Skipped("this user may not mount")
    try:
        for name, data in before.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def _upload(server: Server) -> httpx.Response:
    file = io.BytesIO()
    Image.effect_noise((64, 64), 90).save(file, "PNG")
    with client() as asking:
        return asking.post(f"{server.url}/gradio_api/upload", files={"files": ("a.png", file.getvalue())})


def _link(server: Server) -> int:
    """The status of a link's picture."""
    with client() as asking:
        return asking.get(f"{server.url}/picture?prompt=a+cat&seed=99&v=4").status_code


def _takes_uploads(server: Server) -> bool:
    """Whether a picture can be uploaded and verified."""
    sent = _upload(server)
    if sent.status_code != 200:
        return False
    number, _ = server.endpoint("verify")
    file = {"path": sent.json()[0], "meta": {"_type": "gradio.FileData"}}
    with client() as asking:
        return bool(server.ask(asking, number, [file, False], "faults-upload").get("success"))


if __name__ == "__main__":
    sys.exit(main())
