"""What a server makes of a machine that fails: killed, disk full or read-only, folders deleted, store damaged.

    python -m pipeline.evaluation.faults

starts `python app.py` for each fault, draws, does the harm, draws again, and prints a row for each: whether pictures
still came, whether what was acknowledged is kept where it should be, how the process ended. It exits with 1 where
something was lost, answered badly, or printed a traceback.
"""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx

from pipeline.evaluation.server import Server
from pipeline.evaluation.table import markdown_table

__all__ = ["FAULTS", "main"]


class _Skipped(Exception):
    """The fault cannot be made on this machine; the message says why."""


def _draws(server: Server, seeds: range, *, kept: bool | None = None) -> bool:
    """Whether every seed's picture comes, and (where asked) from the store or not."""
    number, values = server.endpoint("generate")
    with httpx.Client(timeout=300) as client:
        for seed in seeds:
            asked = ["a red apple, 3d render", "", seed, *values[3:]]
            answer = server.ask(client, number, asked, f"faults-{seed}-{kept}")
            if not answer.get("success"):
                return False
            if kept is not None and answer["output"]["data"][1][0]["from_store"] != kept:
                return False
    return True


def killed(server: Server) -> str:
    """Killed while it draws: what was acknowledged is there afterwards, and the next start sweeps what was left."""
    if not _draws(server, range(4)):
        return "no pictures before"
    server.kill()
    server.start()
    left = [path for path in (server.folder / "tmp").iterdir() if path.is_dir() and path.name.startswith("easel-")]
    if len(left) > 2:  # this process's own two: uploads and downloads
        return f"{len(left)} temporary folders are left"
    return "" if _draws(server, range(4), kept=True) else "an acknowledged picture was lost"


def deleted_downloads(server: Server) -> str:
    """The folder of downloads is deleted while it runs."""
    if not _draws(server, range(2)):
        return "no pictures before"
    for path in (server.folder / "tmp").iterdir():
        shutil.rmtree(path, ignore_errors=True)
    status = httpx.get(f"{server.url}/picture?prompt=a+cat&seed=99&v=4", timeout=300).status_code
    return "" if _draws(server, range(2, 4)) and status == 200 else f"no pictures afterwards ({status})"


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


def read_only_store(server: Server) -> str:
    """The store may not be written at start; as root, who may write everything, nothing is tried."""
    folder = server.folder / "store"
    server.kill()
    folder.mkdir(exist_ok=True)
    folder.chmod(0o500)
    try:
        (folder / "probe").write_bytes(b"x")
    except OSError:
        server.start()
        return "" if _draws(server, range(2)) else "no pictures"
    raise _Skipped("this user may write everywhere")


def full_disk(server: Server) -> str:
    """The store is on a disk of 2 MB."""
    server.kill()
    folder = server.folder / "store"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        raise _Skipped("this user may not mount")
    try:
        (folder / "filler").write_bytes(b"x" * 1_800_000)
        server.start()
        return "" if _draws(server, range(12)) else "no pictures"
    finally:
        server.kill()
        subprocess.run(["umount", str(folder)], check=False)


def few_handles(server: Server) -> str:
    """So many connections that a process with 256 file handles has none left: afterwards it answers again."""
    server.kill()
    server.before = ["sh", "-c", 'ulimit -n 256; exec "$@"', "sh"]
    server.start()
    clients = [httpx.Client(timeout=5) for _ in range(300)]
    for client in clients:
        try:
            client.get(f"{server.url}/healthz")
        except httpx.HTTPError:
            continue
    for client in clients:
        client.close()
    return "" if _draws(server, range(2)) else "no pictures afterwards"


FAULTS: dict[str, Callable[[Server], str]] = {
    "killed while serving": killed,
    "downloads deleted": deleted_downloads,
    "store deleted": deleted_store,
    "store damaged": damaged_store,
    "store read-only": read_only_store,
    "disk full": full_disk,
    "file handles used up": few_handles,
}


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline.evaluation.faults", description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", choices=list(FAULTS), default=list(FAULTS), help="of the faults")
    parser.add_argument("--model", default=str(Path("weights")), help="as app.py takes it")
    arguments = parser.parse_args(argv)
    rows, bad = [], 0
    for name in arguments.only:
        with Server(["--model", arguments.model]) as server:
            try:
                said = FAULTS[name](server)
            except _Skipped as skipped:
                rows.append([name, f"not tried: {skipped}", "", "", ""])
                continue
            except RuntimeError as error:
                said = str(error).splitlines()[0]
            tracebacks = server.tracebacks
            status, seconds = server.stop() if server.runs else ("ended", 0.0)
        bad += bool(said or tracebacks or status not in (0, "ended"))
        rows.append([name, said or "as promised", str(tracebacks), str(status), f"{seconds:.1f}"])
    print(markdown_table(["fault", "outcome", "tracebacks", "exit status", "s to stop"], rows))
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
