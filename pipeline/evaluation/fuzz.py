"""Requests that make no sense, to every door of a server: is each answered, in words, and without a traceback?

    python -m pipeline.evaluation.fuzz --requests 10000 --seed 1

starts `python app.py --mcp`, sends so many requests that a seeded generator makes up (wrong types, odd texts, broken
files, foreign paths, bodies cut short), and prints for each door what came back. It exits with 1 where a request had
no answer or a 5xx that is not 503, an error has no words, the log holds a traceback, or the server cannot draw at the
end. The same seed sends the same requests.
"""

import argparse
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from urllib.parse import quote, urlencode

import httpx

from pipeline.evaluation.server import Server
from pipeline.evaluation.table import markdown_table

__all__ = ["DOORS", "main", "odd"]

_TEXTS = [
    "",
    " ",
    "a cat",
    "x" * 600,
    "\u202ea cat",
    "a\u0000b",
    "🐱" * 40,
    "a cat\nSteps: 20, Seed: -1",
    "<script>",
    "%s%n",
    "../../etc",
]
_NUMBERS = [0, 1, -1, 7, 1.5, 2**31, 2**63, -(2**40), 1e308, 0.1, 16, 17, 1000]
_FILES = [
    b"", b"\x89PNG\r\n\x1a\n", b"%!PS-Adobe-3.0 EPSF-3.0\n{} loop", b"qoif\0\0\0\x09\0\0\0\x09\x03\0",
    b"DDS \x7c\0\0\0",
    b"GIF89a\xff\xff\xff\xff\x80\0\0", b"II*\0\x08\0\0\0\xff\xff", b"RIFF\x10\0\0\0WEBPVP8 ",
    b"\xff\xd8\xff\xe0\0\x10JFIF",
    b"\0\0\0\x18ftypheic", b"\0\0\0\x18ftypavif", b"BM" + b"\xff" * 60, b"P6 99999 99999 255\n",
]  # fmt: skip
_SEND = ("POST", "PUT", "DELETE", "PATCH", "GET", "HEAD", "OPTIONS")


def odd(random_: random.Random, depth: int = 0) -> object:
    """A value that JSON can hold, and seldom one that was asked for."""
    kind = random_.randrange(9 if depth < 3 else 6)
    if kind < 2:
        return random_.choice(_TEXTS)
    if kind < 4:
        return random_.choice(_NUMBERS)
    if kind == 4:
        return random_.choice([None, True, False])
    if kind == 5:
        return {
            "path": random_.choice(["/etc/passwd", "x", "http://127.0.0.1:9/x.png", "data:image/png;base64,xx", None])
        }
    if kind == 6:
        return {random_.choice(["path", "meta", "url", "prompt", ""]): odd(random_, depth + 1)}
    return [odd(random_, depth + 1) for _ in range(random_.randrange(4))]


class Fuzzer:
    """Makes requests up and sends them.

    Args:
        server: to be asked.
        seed: of everything that is made up.
    """

    def __init__(self, server: Server, seed: int):
        self.server, self.random = server, random.Random(seed)
        self.client = httpx.Client(base_url=server.url, timeout=60)
        config = self.client.get("/config").json()
        self.functions = [(fn["id"], len(fn["inputs"]), fn["api_name"]) for fn in config["dependencies"]]
        self.public = [fn["api_name"] for fn in config["dependencies"] if fn["api_visibility"] == "public"]
        self.turn, self.wordless = 0, 0

    def session(self) -> str:
        """A name that no earlier request had."""
        self.turn += 1
        return f"fuzz-{self.turn}"

    def values(self, count: int) -> list:
        """Arguments, now and then too many or too few."""
        count += self.random.choice([0] * 8 + [-1, 1])
        return [odd(self.random) for _ in range(max(0, count))]

    def join(self) -> int:
        """A function of page or endpoint, through the queue, its stream read."""
        number, count, _ = self.random.choice(self.functions)
        session = self.session()
        data = {"data": self.values(count), "fn_index": number, "session_hash": session}
        answer = self.client.post("/gradio_api/queue/join", json=data)
        if answer.status_code == 200 and self.random.random() < 0.9:
            for message in self.server.read(self.client, session):
                if message.get("msg") == "process_completed" and not message["success"]:
                    self.wordless += not message["output"].get("error")
        return answer.status_code

    def call(self) -> int:
        """A named endpoint, as curl would."""
        name = self.random.choice([*self.public, "nothing", "", "../x"])
        version = self.random.choice(["call", "call/v2", "run", "api"])
        body = odd(self.random) if self.random.random() < 0.5 else {"data": self.values(3)}
        answer = self.client.post(f"/gradio_api/{version}/{quote(name)}", json=body)
        with_event = answer.status_code == 200 and version.startswith("call")
        if with_event and "event_id" in answer.text:
            self.client.get(f"/gradio_api/call/{quote(name)}/{answer.json()['event_id']}")
        return answer.status_code

    def direct(self) -> int:
        """A function without the queue."""
        number, count, name = self.random.choice(self.functions)
        body = {
            "data": self.values(count),
            "fn_index": self.random.choice([number, 9999, -1]),
            "session_hash": "direct",
        }
        return self.client.post(f"/gradio_api/run/{name or 'x'}", json=body).status_code

    def picture(self) -> int:
        """A link, its page or its picture."""
        keys = ["prompt", "seed", "v", "steps", "guidance", "pixels", "images", "vary", "wings", "width", "model"]
        pairs = [(self.random.choice(keys), str(odd(self.random, 3))) for _ in range(self.random.randrange(5))]
        path = self.random.choice(["/picture", "/", "/healthz"])
        return self.client.get(f"{path}?{urlencode(pairs, errors='replace')}").status_code

    def upload(self) -> int:
        """A file that is none, given to an endpoint that opens it."""
        data = self.random.choice(_FILES) + self.random.randbytes(self.random.randrange(200))
        name = self.random.choice(["ok.png", "a.jpg", "x" * 300 + ".png", "..", "a/b.png", "кот.png"])
        sent = self.client.post("/gradio_api/upload", files={"files": (name, data)})
        if sent.status_code != 200:
            return sent.status_code
        file = {"path": sent.json()[0], "meta": {"_type": "gradio.FileData"}}
        number, _ = self.server.endpoint("verify")
        answer = self.server.ask(self.client, number, [file, False], self.session())
        if "success" in answer and not answer["success"]:
            self.wordless += not answer["output"].get("error")
        return answer.get("status", 200)

    def path(self) -> int:
        """A path of gradio's, or of nobody's."""
        paths = [
            "file=/etc/passwd",
            "file=%00",
            "component_server",
            "cancel",
            "reset",
            "stream/x",
            "queue/data?session_hash=no",
        ]
        paths += [
            "upload_progress?upload_id=x",
            "heartbeat",
            "info",
            "theme.css",
            "process_recording",
            "deep_link",
            "x%ff",
        ]
        where = self.random.choice(["/gradio_api/", "/", "/config/", "/static/", "/assets/"]) + self.random.choice(
            paths
        )
        body = (
            None if self.random.random() < 0.3 else json.dumps(odd(self.random)).encode()[: self.random.randrange(99)]
        )
        kinds = ["application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=x"]
        headers = {"Content-Type": self.random.choice(kinds)}
        return self.client.request(self.random.choice(_SEND), where, content=body, headers=headers).status_code

    def program(self) -> int:
        """The doors for other makers' clients, and MCP."""
        paths = [
            "/v1/images/generations",
            "/v1/images/edits",
            "/v1/models",
            "/model/amazon.titan-image-generator-v2:0/invoke",
        ]
        paths += ["/model/x/invoke", "/model/amazon.titan-embed-image-v1/invoke", "/mcp"]
        body = odd(self.random)
        if self.random.random() < 0.5:
            body = {
                "prompt": odd(self.random),
                "taskType": odd(self.random),
                "n": odd(self.random),
                "method": "tools/call",
            }
        headers = {"Accept": "application/json, text/event-stream"}
        return self.client.post(self.random.choice(paths), json=body, headers=headers).status_code


DOORS: dict[str, Callable[[Fuzzer], int]] = {
    "queue": Fuzzer.join, "call": Fuzzer.call, "direct": Fuzzer.direct, "links": Fuzzer.picture,
    "uploads": Fuzzer.upload, "paths": Fuzzer.path, "programs": Fuzzer.program,
}  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline.evaluation.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", default="weights", help="as app.py takes it")
    arguments = parser.parse_args(argv)
    seen: dict[str, Counter] = defaultdict(Counter)
    bad: list[str] = []
    with Server(["--model", arguments.model]) as server:
        fuzzer, before = Fuzzer(server, arguments.seed), server.megabytes
        names = list(DOORS)
        for number in range(arguments.requests):
            door = fuzzer.random.choice(names)
            try:
                status = DOORS[door](fuzzer)
            except httpx.HTTPError as error:
                bad.append(f"request {number} ({door}): {type(error).__name__}")
                status = 0
            seen[door][status] += 1
            if status >= 500 and status != 503:
                bad.append(f"request {number} ({door}): {status}")
        drawn = server.ask(fuzzer.client, *server.endpoint_call("generate", prompt="a red apple"), "last")
        growth, tracebacks = server.megabytes - before, server.tracebacks
        log = server.log()
    rows = [[door, str(sum(found.values())), *_counts(found)] for door, found in sorted(seen.items())]
    print(markdown_table(["door", "requests", "2xx", "4xx", "503", "other 5xx", "no answer"], rows))
    print(f"\n{tracebacks} tracebacks, {fuzzer.wordless} errors without words, {growth:+.0f} MB.")
    bad += [f"{tracebacks} tracebacks"] * bool(tracebacks) + [f"{fuzzer.wordless} errors without words"] * bool(
        fuzzer.wordless
    )
    bad += ["it cannot draw any more"] * (not drawn.get("success"))
    print("".join(f"\nNOT AS PROMISED: {what}" for what in bad[:20]) or "\nAs promised.")
    if tracebacks:
        print(f"\n{_ends(log)}")
    return int(bool(bad))


def _ends(log: str) -> str:
    """How the tracebacks of a log end, with the innermost line of ours, and how often each does."""
    found: Counter[str] = Counter()
    for part in log.split("Traceback (most recent call last):\n")[1:]:
        lines = part.splitlines()
        ours = [line.strip() for line in lines if "/pipeline/" in line and "guard.py" not in line]
        end = next((line for line in lines if line and not line.startswith(" ")), "")
        found[f"{end[:160]}  {ours[-1] if ours else ''}"] += 1
    return "\n".join(f"{count} x {end}" for end, count in found.most_common(20))


def _counts(found: Counter) -> list[str]:
    def between(low: int, high: int) -> int:
        return sum(count for status, count in found.items() if low <= status < high)

    other = between(500, 600) - found[503]
    return [str(number) for number in (between(200, 400), between(400, 500), found[503], other, found[0])]


if __name__ == "__main__":
    sys.exit(main())
