"""A stand-in for a model that proposes edits, so that this example runs without a key: a server of the Messages API.

    python examples/babi_memory/proposer.py [PORT]

It reads nothing but the files in the prompt and draws one plausible change of one of them from a list, by a hash of the
prompt. It knows nothing of what would help. Standard library only; on the loopback interface.
"""

import hashlib
import json
import random
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PROMPTS = (
    "{facts}\n{question}",
    "{facts}\n{question} Answer with one word.",
    "Facts:\n{facts}\nQuestion: {question}\nAnswer:",
    "{question}\n{facts}",
    "Read the story and name the place.\n{facts}\n{question}",
    "The last thing that is said about a person counts.\n{facts}\n{question}",
)
EXAMPLES = (
    ("Mary went to the kitchen.", "Where is Mary?", "kitchen"),
    ("John moved to the garden.", "Where is John?", "garden"),
    ("Sandra travelled to the office.", "Where is Sandra?", "office"),
    ("Daniel journeyed to the hallway.", "Where is Daniel?", "hallway"),
    ("Mary went back to the bedroom.", "Where is Mary?", "bedroom"),
    ("John went to the bathroom.", "Where is John?", "bathroom"),
)
SETTINGS = {
    "sentences": (1, 2, 3, 6),
    "least": (0.0, 0.5, 1.0),
    "names": (0.5, 1.0, 2.0),
    "words": (0.0, 0.3),
    "recency": (0.0, 0.2, 1.0),
    "half_life": (2.0, 5.0, 20.0),
}
_FILE = r"^{name}\n(`{{3,}})[^\n]*\n(.*?)\n\1$"
_FAILED = re.compile(r"^Task '([^']+)': score 0\b", re.MULTILINE)


def reply(system, told):
    """A changed file, and what it is said to achieve; told is the last thing that the prompt says."""
    chance = random.Random(hashlib.sha256(told.encode()).hexdigest())
    able = [
        name for name in CHANGES if re.search(rf"^- {re.escape(name)}:", system, re.MULTILINE) and text_of(told, name)
    ]
    if not able:
        return "There is nothing to change here."
    name = chance.choice(able)
    text, why = CHANGES[name](text_of(told, name), chance)
    return f"{why}\n\n{name}\n```\n{text}\n```\n\n```json contract\n{json.dumps(contract(told, why))}\n```"


def text_of(told, name):
    """The file as the prompt shows it last, or ""."""
    found = re.findall(_FILE.format(name=re.escape(name)), told, re.MULTILINE | re.DOTALL)
    return found[-1][1] if found else ""


def contract(told, why):
    """It hopes to mend what is shown to fail, and is not sure."""
    failing = list(dict.fromkeys(_FAILED.findall(told)))[:5]
    return {
        "hypothesis": why,
        "evidence": "the tasks that are shown to fail",
        "predicted_fixes": failing,
        "probabilities": dict.fromkeys(failing, 0.5),
    }


def another_prompt(text, chance):
    return chance.choice([each for each in PROMPTS if each != text.strip()]), "Another wording."


def other_examples(text, chance):
    examples = json.loads(text)
    if len(examples) > 1 and chance.random() < 0.3:
        del examples[chance.randrange(len(examples))]
        return json.dumps(examples, indent=2), "One example less."
    known = {tuple(each["facts"]) for each in examples}
    fact, question, answer = chance.choice([each for each in EXAMPLES if (each[0],) not in known] or EXAMPLES)
    examples.append({"facts": [fact], "question": question, "answer": answer})
    return json.dumps(examples, indent=2), "One example more."


def other_setting(text, chance):
    settings = json.loads(text)
    name = chance.choice(sorted(SETTINGS))
    settings[name] = chance.choice([value for value in SETTINGS[name] if value != settings.get(name)])
    return json.dumps(settings, indent=2), f"{name} becomes {settings[name]}."


CHANGES = {"prompt.txt": another_prompt, "examples.json": other_examples, "retrieval.json": other_setting}


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
        head = {"id": "msg_scripted", "type": "message", "role": "assistant", "model": asked["model"]}
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
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 18090
    print(f"Proposing edits at http://127.0.0.1:{port} until Ctrl-C.", flush=True)
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
