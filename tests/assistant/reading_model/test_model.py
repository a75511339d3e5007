"""The trained model: what it is asked and in which order it answers, and what becomes of a damaged file."""

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from assistant.chain import Assistant
from assistant.reading_model import model
from assistant.reading_model.claim_features import CLAIM_FEATURES
from assistant.reading_model.encoding import Encoder
from assistant.reading_model.features import PASSAGE_FEATURES, UNIT_FEATURES
from assistant.reading_model.joint import ASKED, EARLIER, TOLD, Joint
from assistant.reading_model.model import Calibration, Logits, Network, PassageReading, ReadingModel
from assistant.reading_model.prover import Prover
from assistant.reading_model.units import units
from ingest.embeddings import MiniLM
from ingest.errors import SettingsError
from tests.assistant.reading_model.by_word import EAST, NORTH, Pair

PLACE = UNIT_FEATURES.index("place in the passage, from 0 to 1")


class Noting(Network):
    """Says of a unit its place in the passage, of a passage how many units it has, and of a claim -1."""

    def __init__(self) -> None:
        self.asked: list[Joint] = []

    def run(
        self,
        joint: Joint,
        unit: np.ndarray | None = None,
        passage: np.ndarray | None = None,
        claim: np.ndarray | None = None,
    ) -> Logits:
        self.asked.append(joint)
        given = np.zeros((0, len(UNIT_FEATURES))) if unit is None else unit
        return Logits(given[:, PLACE], float(len(given)), -1.0)


@pytest.fixture
def network() -> Noting:
    return Noting()


PAIR = Pair("alpha", alpha=EAST, kilo=NORTH)

# --- what is asked and what comes back


def test_each_passage_is_read_with_its_units_in_order(network: Noting) -> None:
    told = ["alpha\n\nkilo\n\nlima", "", "- kilo\n- alpha"]
    read = ReadingModel(network).read(PAIR.text("alpha"), [PAIR.passage(text) for text in told], PAIR.lexicon)
    assert [one.units.tolist() for one in read] == [[0, 0.5, 1], [], [0, 1]]
    assert [one.answers for one in read] == [3, 0, 2]


def test_earlier_questions_are_told_apart_from_the_last(network: Noting) -> None:
    ReadingModel(network).read(PAIR.text("alpha", "kilo lima"), [PAIR.passage("kilo", "A")], PAIR.lexicon)
    (joint,) = network.asked
    assert joint.types.tolist() == [0, EARLIER, EARLIER, ASKED, TOLD, TOLD]
    assert joint.ranges.tolist() == [[5, 6]]


def test_a_claim_is_read_with_all_its_evidence_in_one_row(network: Noting) -> None:
    logit = ReadingModel(network).proves(PAIR.text("alpha"), [PAIR.passage("kilo"), PAIR.passage("alpha lima")])
    assert logit == -1
    (joint,) = network.asked
    assert joint.types.tolist() == [0, ASKED, TOLD, TOLD, TOLD]
    assert ReadingModel(network).proves(PAIR.text("alpha"), []) == -1


def test_no_passages_are_not_read(network: Noting) -> None:
    assert ReadingModel(network).read(PAIR.text("alpha"), [], PAIR.lexicon) == []
    assert network.asked == []


# --- the model that is shipped


@pytest.fixture(scope="module")
def prover(assistant: Assistant) -> Prover:
    return assistant.opened().prover


def as_bytes(read: list[PassageReading]) -> list[tuple[bytes, float]]:
    return [(one.units.tobytes(), one.answers) for one in read]


def test_it_takes_as_many_similarities_as_have_a_name() -> None:
    session = ReadingModel().load()._session
    sizes = {one.name: one.shape[-1] for one in session.get_inputs()}
    assert sizes["unit"] == len(UNIT_FEATURES)
    assert sizes["passage"] == len(PASSAGE_FEATURES)
    assert sizes["claim"] == len(CLAIM_FEATURES)


def test_the_same_pair_gives_the_same_bytes_in_any_thread(assistant: Assistant, minilm: MiniLM) -> None:
    index, reader = assistant.index(), ReadingModel()
    encoder = Encoder(minilm, index.lexicon)
    read = encoder.passages(index.passages[:8])

    def bytes_read(_: int) -> list[tuple[bytes, float]]:
        found = reader.read(encoder.text("What drives BPO?"), read, index.lexicon)
        return [(one.units.tobytes(), one.answers) for one in found]

    first = bytes_read(0)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(bytes_read, range(4))) == [first] * 4
    assert [len(one) for one, _ in first] == [4 * len(units(passage.text)) for passage in index.passages[:8]]


def test_the_same_claim_has_the_same_logit(prover: Prover, assistant: Assistant) -> None:
    (passage,) = assistant.chain.invoke("What drives BPO?").passages[:1]
    proof = [(passage, units(passage.text)[0].span)]
    logits = {prover.proves("BPO is volume-driven.", proof) for _ in range(3)}
    assert len(logits) == 1 and np.isfinite(logits.pop())
    assert prover.proves("BPO is volume-driven.", proof * 2) == prover.proves("BPO is volume-driven.", proof)


# --- files that are missing or damaged


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The model and its calibration, as copies that a test may damage."""
    network, calibration = tmp_path / "model.onnx", tmp_path / "calibration.json"
    network.write_bytes(model.MODEL.read_bytes())
    calibration.write_bytes(model.CALIBRATION.read_bytes())
    monkeypatch.setattr(model, "MODEL", network)
    monkeypatch.setattr(model, "CALIBRATION", calibration)
    return network, calibration


def complaint() -> str:
    """What is said when the model is loaded: one line, of which file it is and what to do."""
    with pytest.raises(SettingsError) as caught:
        ReadingModel().load()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_whole_files_are_loaded_once(files: tuple[Path, Path]) -> None:
    reading_model = ReadingModel()
    assert reading_model.load() is reading_model.load()


def test_a_model_that_is_missing_is_named(files: tuple[Path, Path]) -> None:
    files[0].unlink()
    assert str(files[0]) in (said := complaint()) and "is missing" in said and "git checkout" in said


@pytest.mark.parametrize("content", [b"", b"\x08\x07", b"not a model"])
def test_a_model_of_another_digest_is_named(content: bytes, files: tuple[Path, Path]) -> None:
    files[0].write_bytes(content)
    assert str(files[0]) in (said := complaint()) and "is not the pinned file" in said


@pytest.mark.parametrize("cut", [0, 100, 1_000_000])
def test_what_is_no_model_is_named_also_where_its_digest_is_right(cut: int, files: tuple[Path, Path]) -> None:
    network, calibration = files
    network.write_bytes(network.read_bytes()[:cut])
    known = Calibration.model_validate_json(calibration.read_bytes())
    digest = sha256(network.read_bytes()).hexdigest()
    calibration.write_text(known.model_copy(update={"sha256": digest}).model_dump_json(), encoding="utf-8")
    assert str(network) in (said := complaint()) and "cannot be loaded" in said


@pytest.mark.parametrize("content", [None, b"", b"{}", b"[1]", b"\xff\xfe", b'{"sha256": "x", "answers": [1]}'])
def test_a_calibration_that_is_missing_or_damaged_is_named(
    content: bytes | None, files: tuple[Path, Path]
) -> None:
    _, calibration = files
    calibration.unlink() if content is None else calibration.write_bytes(content)
    assert str(calibration) in (said := complaint()) and "is missing or damaged" in said and "git checkout" in said


def test_so_is_one_with_too_few_weights(files: tuple[Path, Path]) -> None:
    _, calibration = files
    known = Calibration.model_validate_json(calibration.read_bytes())
    calibration.write_text(known.model_copy(update={"answers": (0.5, 1.0)}).model_dump_json(), encoding="utf-8")
    assert "is missing or damaged" in complaint()
