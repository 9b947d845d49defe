"""How a server bears many clients: pictures a second, seconds of waiting, refusals, memory, fairness.

    python -m pipeline.evaluation.load --clients 1 5 20 50 --pictures 100 --soak 5000

starts `python app.py`, lets so many clients at once ask for pictures through the page's queue, each its own session,
lets one greedy client fill the queue while a polite one asks, and ends with a soak of small requests. It prints a
table, and exits with 1 where a request failed, something was refused while 50 or fewer waited, the log holds a
traceback, or memory stays more than 50 MB above where it was. Linux only, for the memory.
"""

import argparse
import statistics
import sys
import threading
import time
from dataclasses import dataclass, field

import httpx

from pipeline.evaluation.server import Server, client
from pipeline.evaluation.table import markdown_table

__all__ = ["Level", "main", "run_level"]

PROMISED = 50  # people who wait and are all served
MOST_GROWTH = 50.0  # MB


@dataclass
class Level:
    """What happened to the requests of so many clients.

    Attributes:
        name: of the row.
        seconds: how long each served request took.
        wall: seconds from the first request to the last answer.
        refused: answers 429 and 503.
        failed: every other answer that is no picture.
    """

    name: str
    seconds: list[float] = field(default_factory=list)
    wall: float = 0.0
    refused: int = 0
    failed: int = 0

    def row(self, megabytes: float) -> list[str]:
        """For the table."""
        ordered = sorted(self.seconds) or [0.0]
        shares = [ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.5, 0.95)]
        rate = len(self.seconds) / self.wall if self.wall else 0.0
        counts = [str(len(self.seconds)), str(self.refused), str(self.failed)]
        return [self.name, *counts, f"{rate:.2f}", *(f"{value:.2f}" for value in shares), f"{megabytes:.0f}"]


def run_level(server: Server, clients: int, pictures: int, first_seed: int) -> Level:
    """So many clients at once ask for so many pictures in all, each a recipe of its own."""
    level, lock = Level(f"{clients} clients"), threading.Lock()
    number, values = server.endpoint("generate")
    seeds = iter(range(first_seed, first_seed + pictures))

    def visit(name: str) -> None:
        with client(timeout=600) as asking:
            while True:
                with lock:
                    seed = next(seeds, None)
                if seed is None:
                    return
                began = time.monotonic()
                asked = ["a red apple, 3d render", "", seed, *values[3:]]
                answer = _safely(server, asking, number, asked, f"{name}-{seed}")
                with lock:
                    if answer.get("success"):
                        level.seconds.append(time.monotonic() - began)
                    elif answer.get("status") in (429, 503):
                        level.refused += 1
                    else:
                        level.failed += 1

    began = time.monotonic()
    _together([lambda name=name: visit(f"level{clients}-{name}") for name in range(clients)])
    level.wall = time.monotonic() - began
    return level


def run_greedy(server: Server, connections: int, polite_pictures: int) -> tuple[Level, Level]:
    """One session with so many connections beside one that asks for a picture at a time: (greedy, polite)."""
    greedy, polite, done, lock = Level("greedy"), Level("polite beside it"), threading.Event(), threading.Lock()
    number, values = server.endpoint("generate")

    def push(own: int) -> None:
        with client(timeout=600) as asking:
            for turn in range(10_000):
                if done.is_set():
                    return
                asked = ["a red apple, 3d render", "", 10**6 + 10_000 * own + turn, *values[3:]]
                answer = _safely(server, asking, number, asked, "greedy")
                with lock:
                    greedy.seconds += [0.0] * bool(answer.get("success"))
                    greedy.refused += answer.get("status") in (429, 503)
                if not answer.get("success"):
                    done.wait(0.2)

    def ask() -> None:
        with client(timeout=600) as asking:
            for seed in range(polite_pictures):
                began = time.monotonic()
                asked = ["a red apple, 3d render", "", 5 * 10**6 + seed, *values[3:]]
                answer = _safely(server, asking, number, asked, f"polite-{seed}")
                if answer.get("success"):
                    polite.seconds.append(time.monotonic() - began)
                else:
                    polite.failed += 1
        done.set()

    began = time.monotonic()
    for own in range(connections):  # not waited for: who reads one session twice may miss its message
        threading.Thread(target=push, args=(own,), daemon=True).start()
    ask()
    greedy.wall = polite.wall = time.monotonic() - began
    return greedy, polite


def run_soak(server: Server, requests: int) -> Level:
    """Small requests one after the other, each a session of its own: what stays of each?"""
    level = Level(f"soak of {requests}")
    number, _ = server.endpoint("embed")
    began = time.monotonic()
    with client(timeout=600) as asking:
        for turn in range(requests):
            started = time.monotonic()
            answer = _safely(server, asking, number, ["a cat", None], f"soak-{turn}")
            if answer.get("success"):
                level.seconds.append(time.monotonic() - started)
            else:
                level.failed += 1
    level.wall = time.monotonic() - began
    return level


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline.evaluation.load", description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, nargs="*", default=[1, 5, 20, 50], help="at once, a row each")
    parser.add_argument("--pictures", type=int, default=100, help="in each row")
    parser.add_argument("--greedy", type=int, default=30, help="connections of the greedy client; 0 leaves it out")
    parser.add_argument("--soak", type=int, default=500, help="small requests at the end")
    parser.add_argument("--model", default="weights", help="as app.py takes it")
    arguments = parser.parse_args(argv)
    rows, bad = [], []
    with Server(["--model", arguments.model]) as server:
        run_level(server, 2, 10, 10**8)  # warms up
        before = server.megabytes
        for place, clients in enumerate(arguments.clients):
            level = run_level(server, clients, arguments.pictures, 1000 * (place + 1))
            rows.append(level.row(server.megabytes))
            print(*rows[-1], sep="  ", file=sys.stderr, flush=True)
            if level.failed or clients <= PROMISED and level.refused:
                bad.append(f"{level.name}: {level.failed} failed, {level.refused} refused")
        if arguments.greedy:
            greedy, polite = run_greedy(server, arguments.greedy, 10)
            rows += [greedy.row(server.megabytes), polite.row(server.megabytes)]
            if polite.failed:
                bad.append(f"{polite.failed} of 10 polite requests were not served beside a greedy client")
        after_levels = server.rest()
        if arguments.soak:
            rows.append((soak := run_soak(server, arguments.soak)).row(server.megabytes))
            if soak.failed:
                bad.append(f"soak: {soak.failed} failed")
        growth, tracebacks = server.rest() - after_levels, server.tracebacks
        status, seconds = server.stop()
    header = ["what", "served", "refused", "failed", "a second", "p50 s", "p95 s", "MB"]
    print(markdown_table(header, rows))
    print(f"\nMemory: {before:.0f} MB warm, {growth:+.0f} MB over the soak. {tracebacks} tracebacks.")
    print(f"SIGTERM: exit {status} in {seconds:.1f} s. Median of a picture alone: {_median(rows)} s.")
    bad += [f"{tracebacks} tracebacks"] * bool(tracebacks) + [f"{growth:.0f} MB stay"] * (growth > MOST_GROWTH)
    bad += [f"exit {status}"] * (status != 0)
    print("".join(f"\nNOT AS PROMISED: {what}" for what in bad) or "\nAs promised.")
    return int(bool(bad))


def _safely(server: Server, client: httpx.Client, number: int, data: list, session: str) -> dict:
    try:
        return server.ask(client, number, data, session)
    except httpx.HTTPError as error:
        return {"status": type(error).__name__}


def _together(works: list) -> None:
    threads = [threading.Thread(target=work, daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _median(rows: list[list[str]]) -> str:
    return rows[0][5] if rows else f"{statistics.median([0.0]):.2f}"


if __name__ == "__main__":
    sys.exit(main())
