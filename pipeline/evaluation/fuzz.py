"""Requests that make no sense, to every door of a server: is each answered, in words, and without a traceback?

    python -m pipeline.evaluation.fuzz --requests 10000 --seed 1

starts `python app.py --mcp`, sends so many requests that a seeded generator makes up (wrong types, odd texts, broken
files, foreign paths, bodies cut short, bodies that are nearly right), and prints for each door what came back. It
exits with 1 where a request had no answer or a 5xx that is not 503, an error has no words, the log holds a traceback,
the server cannot draw at the end, or more memory stays than 50 MB. The same seed sends the same requests. What
is kept of drawings for edits (96 MB, `pipeline.cascade.kept`) is full before memory is measured.
"""

import argparse
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from urllib.parse import quote, urlencode

import httpx

from pipeline.evaluation.nearly import nearly, odd, picture
from pipeline.evaluation.server import REST_SECONDS, Server, client
from pipeline.evaluation.table import markdown_table
from pipeline.serve.openai import EDIT, GENERATION, VARIATION
from pipeline.serve.titan import CONFIG, EMBEDDING, tasks_of

__all__ = ["DOORS", "main"]

MOST_GROWTH = 50.0  # MB that may stay
WARM_UP = 1000  # requests before memory is measured: all that is read and made at first use is there then
LARGE = 8  # drawings of 1,024 pixels, 17 MB of layers each
_SEND = ("POST", "PUT", "DELETE", "PATCH", "GET", "HEAD", "OPTIONS")
_IDS = {"v2": "amazon.titan-image-generator-v2:0", "v1": "amazon.titan-image-generator-v1"}


class Fuzzer:
    """Makes requests up and sends them.

    Args:
        server: to be asked.
        seed: of everything that is made up.
    """

    def __init__(self, server: Server, seed: int):
        self.server, self.random = server, random.Random(seed)
        self.client = client(timeout=60)
        self.client.base_url = server.url
        config = self.client.get("/config").json()
        self.functions = [(fn["id"], len(fn["inputs"]), fn["api_name"]) for fn in config["dependencies"]]
        self.public = [fn["api_name"] for fn in config["dependencies"] if fn["api_visibility"] == "public"]
        self.turn, self.wordless = 0, 0
        self.tools = self.ask("/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).json()["result"]["tools"]

    def session(self) -> str:
        """A name that no earlier request had."""
        self.turn += 1
        return f"fuzz-{self.turn}"

    def ask(self, path: str, body: object) -> httpx.Response:
        """POST a body as JSON, all that Python can write of it: numbers that are none and halves of characters too."""
        headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
        return self.client.post(path, content=json.dumps(body).encode(), headers=headers)

    def values(self, count: int) -> list:
        """Arguments, now and then too many or too few."""
        count += self.random.choice([0] * 8 + [-1, 1])
        return [odd(self.random) for _ in range(max(0, count))]

    def join(self) -> int:
        """A function of page or endpoint, through the queue, its stream read."""
        number, count, _ = self.random.choice(self.functions)
        session = self.session()
        data = {"data": self.values(count), "fn_index": number, "session_hash": session}
        answer = self.ask("/gradio_api/queue/join", data)
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
        answer = self.ask(f"/gradio_api/{version}/{quote(name)}", body)
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
        return self.ask(f"/gradio_api/run/{name or 'x'}", body).status_code

    def picture(self) -> int:
        """A link, its page or its picture."""
        keys = ["prompt", "seed", "v", "steps", "guidance", "pixels", "images", "vary", "wings", "width", "model"]
        pairs = [(self.random.choice(keys), str(odd(self.random, 3))) for _ in range(self.random.randrange(5))]
        path = self.random.choice(["/picture", "/", "/healthz"])
        return self.client.get(f"{path}?{urlencode(pairs, errors='replace')}").status_code

    def upload(self) -> int:
        """A file that is none, given to an endpoint that opens it."""
        data = picture(self.random)
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

    def bedrock(self) -> int:
        """The door for AWS' clients."""
        version = self.random.choice([*_IDS, "embed", "none"])
        path = f"/model/{_IDS.get(version, 'amazon.titan-embed-image-v1' if version == 'embed' else 'x')}/invoke"
        if version not in _IDS:
            return self.told(self.ask(path, nearly(EMBEDDING, self.random)), "message")
        task, (key, schema) = self.random.choice(list(tasks_of(version).items()))
        body = {"taskType": task, key: nearly(schema, self.random)}
        if self.random.random() < 0.9:  # else it is 1024x1024, which takes long
            config = nearly(CONFIG, self.random)
            small = {"width": 320, "height": 704, "numberOfImages": 1}
            body["imageGenerationConfig"] = {**config, **small} if isinstance(config, dict) else config
        return self.told(self.ask(path, odd(self.random) if self.random.random() < 0.1 else body), "message")

    def openai(self) -> int:
        """The door for OpenAI's clients: JSON, and forms with files."""
        name, schema = self.random.choice([("generations", GENERATION), ("edits", EDIT), ("variations", VARIATION)])
        body = nearly(schema, self.random)
        if isinstance(body, dict) and self.random.random() < 0.9:  # else most of them would be refused for it alone
            body["model"] = "easel"
        if name == "generations" or not isinstance(body, dict):
            return self.told(self.ask(f"/v1/images/{name}", body), "error")
        files = [("image", ("a.png", picture(self.random))) for _ in range(self.random.choice([0, 1, 1, 1, 2, 6]))]
        files += [("mask", ("m.png", picture(self.random)))] * (self.random.random() < 0.2)
        form = {key: str(value).encode(errors="replace") for key, value in body.items()}
        return self.told(self.client.post(f"/v1/images/{name}", data=form, files=files), "error")

    def mcp(self) -> int:
        """The door for MCP clients."""
        tool = self.random.choice(self.tools)
        called = {"name": tool["name"], "arguments": nearly(tool["inputSchema"], self.random)}
        method = self.random.choice(["tools/call"] * 8 + ["tools/list", "nothing"])
        body = {"jsonrpc": "2.0", "id": self.turn, "method": method, "params": called}
        if self.random.random() < 0.1:
            body = odd(self.random)
        return self.ask(self.random.choice(["/mcp", "/mcp", "/gradio_api/mcp/"]), body).status_code

    def told(self, answer: httpx.Response, key: str) -> int:
        """The status of an answer; a refusal without words is counted."""
        self.wordless += answer.status_code >= 400 and not answer.json().get(key)
        return answer.status_code


DOORS: dict[str, Callable[[Fuzzer], int]] = {
    "queue": Fuzzer.join, "call": Fuzzer.call, "direct": Fuzzer.direct, "links": Fuzzer.picture,
    "uploads": Fuzzer.upload, "paths": Fuzzer.path, "bedrock": Fuzzer.bedrock, "openai": Fuzzer.openai,
    "mcp": Fuzzer.mcp,
}  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline.evaluation.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rest", type=float, default=REST_SECONDS, help="seconds in which its memory settles")
    parser.add_argument("--model", default="weights", help="as app.py takes it")
    arguments = parser.parse_args(argv)
    with Server(["--model", arguments.model, "--mcp"]) as server:
        fuzzer = Fuzzer(server, arguments.seed)
        seen: dict[str, Counter] = defaultdict(Counter)
        bad = send(fuzzer, min(WARM_UP, arguments.requests // 2), seen)
        fill(fuzzer)
        before = server.rest(arguments.rest)
        bad += send(fuzzer, arguments.requests - min(WARM_UP, arguments.requests // 2), seen)
        drawn = server.ask(fuzzer.client, *server.endpoint_call("generate", prompt="a blue apple"), "last")
        growth = server.rest(arguments.rest, before + MOST_GROWTH) - before
        tracebacks, log = server.tracebacks, server.log()
    rows = [[door, str(sum(found.values())), *_counts(found)] for door, found in sorted(seen.items())]
    print(markdown_table(["door", "requests", "2xx", "4xx", "503", "other 5xx", "no answer"], rows))
    print(f"\n{tracebacks} tracebacks, {fuzzer.wordless} errors without words, {growth:+.0f} MB.")
    bad += [f"{tracebacks} tracebacks"] * bool(tracebacks) + [f"{fuzzer.wordless} errors without words"] * bool(
        fuzzer.wordless
    )
    bad += ["it cannot draw any more"] * (not drawn.get("success")) + [f"{growth:.0f} MB stay"] * (
        growth > MOST_GROWTH
    )
    print("".join(f"\nNOT AS PROMISED: {what}" for what in bad[:20]) or "\nAs promised.")
    if tracebacks:
        print(f"\n{_ends(log)}")
    return int(bool(bad))


def fill(fuzzer: Fuzzer) -> None:
    """Draw for as long as more drawings are kept: what the first ones take stays, within its bound, and is no leak."""
    for seed in range(LARGE):
        fuzzer.ask("/v1/images/generations", {"prompt": "a red apple", "size": "1024x1024", "seed": seed})


def send(fuzzer: Fuzzer, requests: int, seen: dict[str, Counter]) -> list[str]:
    """Send so many, counted by door and status; what went wrong."""
    bad: list[str] = []
    sent = sum(counted.total() for counted in seen.values())
    for number in range(sent + 1, sent + requests + 1):
        door = fuzzer.random.choice(list(DOORS))
        try:
            status = DOORS[door](fuzzer)
        except httpx.HTTPError as error:
            bad.append(f"request {number} ({door}): {type(error).__name__}")
            status = 0
        seen[door][status] += 1
        if status >= 500 and status != 503:
            bad.append(f"request {number} ({door}): {status}")
            print(bad[-1], file=sys.stderr, flush=True)
        if number % 500 == 0:
            summary = f"{number} requests, {len(bad)} not answered well, {fuzzer.server.tracebacks} tracebacks"
            print(f"{summary}, {fuzzer.server.megabytes:.0f} MB", file=sys.stderr, flush=True)
    return bad


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
