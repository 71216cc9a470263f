"""What goes into a model call and what comes out: plain data, no Django, no behaviour.

A key never stands here: a spec names the variable of the environment that holds it, and only the caller reads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from apps.engine.prompt import Prompt
from apps.llm.tokens import BYTES_PER_TOKEN

type Blame = Literal["again", "model", "call"]
type Stop = Literal["end", "length", "refusal"]

OFFICIAL = "https://api.anthropic.com"


class CannotCount(Exception):
    """The tokens of a prompt could not be counted; says why."""


class Stopped(Exception):
    """Raised by a `beat`: the lease is lost, a latch was set, the call must not go on."""


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model as its provider knows it, and what one machine may ask of it."""

    name: str  # in the catalogue
    model: str  # at the provider
    base_url: str = OFFICIAL
    key_variable: str = "ANTHROPIC_API_KEY"  # of the environment; empty: the server wants no key
    max_tokens: int = 8192  # of one reply
    timeout: float = 600.0  # seconds of one attempt, from the first byte sent to the last one read
    concurrency: int = 8  # calls at a time, of one machine
    requests_per_minute: int = 0  # of one machine; 0: as many as there are
    tokens_per_minute: int = 0  # the same, of prompt and reply together
    bytes_per_token: float = BYTES_PER_TOKEN  # of its prompts, rather too few
    extra: Mapping[str, Any] = field(default_factory=dict)  # goes into the body as it stands: temperature, say
    structured: bool = True  # the server keeps to a JSON schema; else the schema is told in the prompt
    caching: bool = True  # the server takes cache_control
    counting: bool = True  # the server counts tokens


@dataclass(frozen=True, slots=True)
class CallJob:
    """One call to be made. schema: the JSON schema that the reply must keep to. max_tokens 0: the model's own limit."""

    id: str
    spec: ModelSpec
    prompt: Prompt
    schema: Mapping[str, Any] | None = None
    max_tokens: int = 0
    effort: str = ""  # low, medium, high, xhigh, max; empty: not said


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider counted them. input is what was neither read from its cache nor written to it."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0

    @property
    def total(self) -> int:
        return self.input + self.output + self.cache_read + self.cache_write

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input + other.input,
            self.output + other.output,
            self.cache_read + other.cache_read,
            self.cache_write + other.cache_write,
        )


@dataclass(frozen=True, slots=True)
class CallFailure:
    """Why there is no reply, and whose affair that is.

    blame "again": nobody's, the same call may succeed later. "model": nothing will succeed with this model before a
    person acts; detail says what to do. "call": this call will never succeed. detail is one plain sentence or two.
    """

    blame: Blame
    status: int  # of HTTP; 0: it did not come to that
    detail: str
    retry_after: float | None = None  # seconds, where the server said so


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """A call that came to its end: either failure is None, or it says why there is no text.

    The text is hostile; where a schema was asked for, `apps.engine.replies.json_in` reads it. usage holds what all
    attempts together are known to have cost, also where the call failed.
    """

    job: CallJob
    text: str = ""
    stop: Stop = "end"
    usage: Usage = Usage()
    seconds: float = 0.0  # of the last attempt
    request_id: str = ""
    failure: CallFailure | None = None
    attempts: int = 1
    estimated: bool = False  # usage: the reply broke off before its server told all of it
