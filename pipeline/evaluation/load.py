"""How a server bears many clients: pictures a second, seconds of waiting, refusals, memory, fairness.

    python -m pipeline.evaluation.load --clients 1 5 20 50 100 --pictures 100 --soak 5000

starts `python app.py`, lets so many clients at once ask for pictures through the page's queue, each its own session,
while somebody opens the page every two seconds, lets one greedy client fill the queue beside a polite one, and ends
with a soak of small requests. Before and after every row the same pipeline draws without a server, in this process,
so that what the server costs is a share: of the pictures a second, which the clients share too, since they run on the
same machine, and of the processor time of a picture, the server's alone. Who is refused asks again when told to. It
prints a table, and exits with 1
where a request failed, something was refused while 50 or fewer waited, the log holds a traceback, or memory stays
more than 50 MB above where it was. Linux only, for the memory.
"""

import argparse
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from pipeline.evaluation.server import REST_SECONDS, Server, client, cpu_seconds
from pipeline.evaluation.table import markdown_table

__all__ = ["Level", "main", "run_level"]

PROMISED = 50  # people who wait and are all served
MOST_GROWTH = 50.0  # MB
_PROMPT = "a red apple, 3d render"
_LOOK = 2.0  # seconds between two looks at the page
_HEADER = [
    "what",
    "served",
    "refused",
    "failed",
    "a second",
    "of the bare",
    "CPU s each",
    "CPU of the bare",
    "clients' CPU s",
    "p50 s",
    "p95 s",
    "p99 s",
    "page s",
    "MB",
]


@dataclass
class Level:
    """What happened to the requests of so many clients.

    Attributes:
        name: of the row.
        seconds: how long each served request took, from its first asking.
        wall: seconds from the first request to the last answer.
        kinds: how often each kind of refusal and failure came, by status or name.
        page: how long the page took to answer meanwhile, each time.
        cpu: seconds of processor time that the server spent meanwhile, pages that were opened included.
        clients_cpu: and the clients, all of them.
        bare: pictures a second that the pipeline draws without a server; 0 where that was not measured.
        bare_cpu: seconds of processor time of one of these.
    """

    name: str
    seconds: list[float] = field(default_factory=list)
    wall: float = 0.0
    kinds: Counter[int | str] = field(default_factory=Counter)
    page: list[float] = field(default_factory=list)
    cpu: float = 0.0
    clients_cpu: float = 0.0
    bare: float = 0.0
    bare_cpu: float = 0.0

    @property
    def refused(self) -> int:
        """Answers that say when to ask again."""
        return self.kinds[429] + self.kinds[503]

    @property
    def failed(self) -> int:
        """Every other answer that is no picture."""
        return self.kinds.total() - self.refused

    def row(self, megabytes: float) -> list[str]:
        """For the table."""
        rate = len(self.seconds) / self.wall if self.wall else 0.0
        share = f"{rate / self.bare:.2f}" if self.bare else ""
        each = [spent / max(1, len(self.seconds)) for spent in (self.cpu, self.clients_cpu)]
        cpu, clients_cpu = (f"{spent:.3f}" if spent else "" for spent in each)
        cpu_share = f"{each[0] / self.bare_cpu:.2f}" if self.bare_cpu else ""
        waits = [f"{_quantile(self.seconds, at):.2f}" for at in (0.5, 0.95, 0.99)]
        page = f"{_quantile(self.page, 0.95):.2f}" if self.page else ""
        counts = [str(len(self.seconds)), str(self.refused), str(self.failed)]
        spent = [cpu, cpu_share, clients_cpu]
        return [self.name, *counts, f"{rate:.2f}", share, *spent, *waits, page, f"{megabytes:.0f}"]

    def count(self, answer: dict) -> None:
        """Count what is no picture."""
        reason = str(answer.get("output", {}).get("error") or "no words")[:80]
        self.kinds[answer.get("status") or reason] += 1


def run_level(server: Server, clients: int, pictures: int, first_seed: int) -> Level:
    """So many clients at once ask for so many pictures in all, each a recipe of its own."""
    level, lock = Level(f"{clients} clients"), threading.Lock()
    number, values = server.endpoint("generate")
    seeds, over = deque(range(first_seed, first_seed + pictures)), threading.Event()

    def visit(name: str) -> None:
        with client(timeout=600) as asking:
            while True:
                try:
                    seed = seeds.popleft()
                except IndexError:
                    return
                began = time.monotonic()
                while answer := _safely(server, asking, number, [_PROMPT, "", seed, *values[3:]], f"{name}-{seed}"):
                    with lock:
                        if answer.get("success"):
                            level.seconds.append(time.monotonic() - began)
                            break
                        level.count(answer)
                    if not (again := answer.get("retry_after")):
                        break
                    time.sleep(float(again))

    def look() -> None:
        with client(timeout=60) as looking:
            while not over.wait(_LOOK):
                began = time.monotonic()
                try:
                    status = looking.get(server.url).status_code
                except httpx.HTTPError as error:
                    status = type(error).__name__
                with lock:
                    level.page.append(time.monotonic() - began)
                    level.kinds[f"the page: {status}"] += status != 200

    looker = threading.Thread(target=look, daemon=True)
    looker.start()
    began, spent, own = time.monotonic(), server.cpu_seconds, cpu_seconds()
    _together([lambda name=name: visit(f"level{clients}-{name}") for name in range(clients)])
    level.wall, level.cpu = time.monotonic() - began, server.cpu_seconds - spent
    level.clients_cpu = cpu_seconds() - own
    over.set()
    looker.join()
    level.kinds += Counter()  # none of those that never came
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
                asked = [_PROMPT, "", 10**6 + 10_000 * own + turn, *values[3:]]
                answer = _safely(server, asking, number, asked, "greedy")
                with lock:
                    greedy.seconds += [0.0] * bool(answer.get("success"))
                    if not answer.get("success"):
                        greedy.count(answer)
                if not answer.get("success"):
                    done.wait(0.2)

    def ask() -> None:
        with client(timeout=600) as asking:
            for seed in range(polite_pictures):
                began = time.monotonic()
                asked = [_PROMPT, "", 5 * 10**6 + seed, *values[3:]]
                answer = _safely(server, asking, number, asked, f"polite-{seed}")
                if answer.get("success"):
                    polite.seconds.append(time.monotonic() - began)
                else:
                    polite.count(answer)
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
                level.count(answer)
    level.wall = time.monotonic() - began
    return level


def run_bare(draw: Callable[[int], object], pictures: int, first_seed: int) -> tuple[float, float]:
    """(pictures a second, processor seconds of one) that the pipeline draws one by one, without a server."""
    began, spent = time.monotonic(), cpu_seconds()
    for seed in range(first_seed, first_seed + pictures):
        draw(seed)
    return pictures / (time.monotonic() - began), (cpu_seconds() - spent) / pictures


def main(argv: list[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    draw = _bare(arguments.model, min(10, arguments.bare)) if arguments.bare else None
    rows, bad, told, bares = [], [], [], []

    def bare() -> None:
        if draw is not None:
            bares.append(run_bare(draw, arguments.bare, 10**7 + 1000 * len(bares)))

    with Server(["--model", arguments.model]) as server:
        run_level(server, 2, min(10, arguments.pictures), 10**8)  # warms up
        before = server.megabytes
        bare()
        for place, clients in enumerate(arguments.clients):
            level = run_level(server, clients, max(arguments.pictures, 2 * clients), 1000 * (place + 1))
            bare()
            if bares:
                level.bare, level.bare_cpu = (sum(values) / 2 for values in zip(*bares[-2:], strict=True))
            rows.append(level.row(server.megabytes))
            print(*rows[-1], sep="  ", file=sys.stderr, flush=True)
            told += [f"{level.name}: {count} x {kind}" for kind, count in level.kinds.most_common()]
            if level.failed or clients <= PROMISED and level.refused:
                bad.append(f"{level.name}: {level.failed} failed, {level.refused} refused")
        if arguments.greedy:
            greedy, polite = run_greedy(server, arguments.greedy, polite_pictures := min(10, arguments.pictures))
            rows += [greedy.row(server.megabytes), polite.row(server.megabytes)]
            told += [f"greedy: {count} x {kind}" for kind, count in greedy.kinds.most_common()]
            if polite.failed:
                bad.append(
                    f"{polite.failed} of {polite_pictures} polite requests were not served beside a greedy client"
                )
        after_levels = server.rest(arguments.rest)
        if arguments.soak:
            rows.append((soak := run_soak(server, arguments.soak)).row(server.megabytes))
            if soak.failed:
                bad.append(f"soak: {soak.failed} failed")
        growth = server.rest(arguments.rest, after_levels + MOST_GROWTH) - after_levels
        tracebacks = server.tracebacks
        status, seconds = server.stop()
    print(markdown_table(_HEADER, rows))
    print("".join(f"\n{what}" for what in told))
    for at, what in enumerate(("pictures a second", "CPU s each")):
        print(f"Bare, {what}: {', '.join(f'{each[at]:.3f}' for each in bares) or 'not measured'}.")
    print(f"Memory: {before:.0f} MB warm, {after_levels:.0f} MB after the rows, {growth:+.0f} MB over the soak.")
    print(f"{tracebacks} tracebacks. SIGTERM: exit {status} in {seconds:.1f} s.")
    bad += [f"{tracebacks} tracebacks"] * bool(tracebacks) + [f"{growth:.0f} MB stay"] * (growth > MOST_GROWTH)
    bad += [f"exit {status}"] * (status != 0)
    print("".join(f"\nNOT AS PROMISED: {what}" for what in bad) or "\nAs promised.")
    return int(bool(bad))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipeline.evaluation.load", description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, nargs="*", default=[1, 5, 20, 50], help="at once, a row each")
    parser.add_argument("--pictures", type=int, default=100, help="in each row; two for each client at least")
    parser.add_argument("--bare", type=int, default=30, help="pictures without a server, before and after each row")
    parser.add_argument("--greedy", type=int, default=100, help="connections of the greedy client; 0 leaves it out")
    parser.add_argument("--soak", type=int, default=500, help="small requests at the end")
    parser.add_argument("--rest", type=float, default=REST_SECONDS, help="seconds in which its memory settles, twice")
    parser.add_argument("--model", default="weights", help="as app.py takes it")
    return parser


def _bare(model: str, warm_up: int) -> Callable[[int], object]:
    """Draws what the clients ask for, as the server's own pipeline would."""
    from pipeline.loading.weights import load_pipeline
    from pipeline.recipe import Recipe
    from pipeline.serve.render import render

    pipe = load_pipeline(model)
    for seed in range(warm_up):
        render(pipe, Recipe(prompt=_PROMPT, seed=seed))
    return lambda seed: render(pipe, Recipe(prompt=_PROMPT, seed=seed))


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


def _quantile(values: list[float], at: float) -> float:
    ordered = sorted(values) or [0.0]
    return ordered[min(len(ordered) - 1, int(at * len(ordered)))]


if __name__ == "__main__":
    sys.exit(main())
