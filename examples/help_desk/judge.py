"""A stand-in for a model that judges, so that this example runs without a key: a server of the Messages API.

    python examples/help_desk/judge.py [PORT]

It counts words: how many of the reference are in the answer, and how many of the answer are not in the reference.
It does not read. What is false but sounds like the reference pleases it, and other words for the same do not: its
agreement with people shows that. Standard library only; on the loopback interface.
"""

import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LEVELS = ("wrong", "partial", "wordy", "clear")


def reply(system, told):
    """What it says of an answer: JSON, the reason first. told is the last thing that the prompt says."""
    mark = re.search(r'two lines "(=== answer \w+ ===)"', system)[1]
    before, answer, _ = told.split(mark)
    expected = words(before.partition("The reference:\n")[2])
    said = words(answer)
    covered = len(expected & said) / max(1, len(expected))
    beside = len(said - expected)
    return json.dumps(
        {"reason": f"{covered:.0%} of the reference, {beside} other words", "level": level(covered, beside)}
    )


def level(covered, beside):
    if covered < 0.3:
        return "wrong"
    if covered < 0.6:
        return "partial"
    return "wordy" if beside > 9 else "clear"


def words(text):
    return set(re.findall(r"\w+", text.lower()))


class Handler(BaseHTTPRequestHandler):
    """Answers /v1/messages, as a stream or whole."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path.endswith("count_tokens"):
            self.send({"input_tokens": len(json.dumps(asked)) // 4})
            return
        text = reply(plain(asked.get("system", "")), plain(asked["messages"][-1]["content"]))
        used = {"input_tokens": len(json.dumps(asked)) // 4, "output_tokens": len(text) // 4}
        head = {"id": "msg_counted", "type": "message", "role": "assistant", "model": asked["model"]}
        if asked.get("stream"):
            self.stream(head, text, used)
        else:
            content = [{"type": "text", "text": text}]
            self.send({**head, "content": content, "stop_reason": "end_turn", "stop_sequence": None, "usage": used})

    def stream(self, head, text, used):
        empty = {**head, "content": [], "stop_reason": None, "stop_sequence": None}
        events = [
            {"type": "message_start", "message": {**empty, "usage": {**used, "output_tokens": 0}}},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": used},
            {"type": "message_stop"},
        ]
        lines = "".join(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n" for each in events)
        self.send(lines.encode(), "text/event-stream")

    def send(self, body, kind="application/json"):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        """Say nothing."""


def plain(content):
    return content if isinstance(content, str) else "".join(block.get("text", "") for block in content)


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 18091
    print(f"Judging at http://127.0.0.1:{port} until Ctrl-C.", flush=True)
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
