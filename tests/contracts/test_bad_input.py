"""Every bad input gives one clear line that names the file and the remedy, an exit code, and loses nothing."""

import os
import shutil

import numpy as np
import pytest
from PIL import Image

from svertka import train
from svertka.cli.app import run

FAILURE, USAGE = 1, 2


def failed(capsys, *words):
    """The exit code and the one line that a command ends with."""
    code = run([*map(str, words)])
    out, said = capsys.readouterr()
    assert "Traceback" not in said
    assert out == ""
    last = said.splitlines()[-1]
    assert last.startswith("svertka: ")
    assert sum(line.startswith("svertka: ") for line in said.splitlines()) == 1
    return code, last


def broken(photos, name, content):
    path = photos / "red" / name
    path.write_bytes(content)
    return path


def truncated(photos):
    path = photos / "red" / "half.jpg"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:700])
    return path


def bomb(photos):
    """A PNG whose header promises four gigapixels."""
    import struct
    import zlib

    header = struct.pack(">IIBBBBB", 65535, 65535, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    content = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    body = b"IDAT" + zlib.compress(b"\0" * 100)
    content += struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return broken(photos, "bomb.png", content)


BROKEN = {
    "truncated JPEG": (truncated, "truncated"),
    "zero bytes": (lambda photos: broken(photos, "none.png", b""), "is empty (0 bytes)"),
    "text named .png": (lambda photos: broken(photos, "letter.png", b"Dear reader,\n"), "it is no image"),
    "decompression bomb": (bomb, "4,294,836,225 pixels and the limit is 178,956,970"),
    "too many pixels": (
        lambda photos: Image.new("RGB", (14000, 14000)).save(photos / "red" / "big.png") or photos / "red" / "big.png",
        "--max-pixels",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("verb", ["train", "evaluate", "predict", "check", "filter"])
def test_a_broken_image_is_named(kind, verb, photos, photos_run, tmp_path, capsys):
    make, words = BROKEN[kind]
    path = make(photos)
    commands = {
        "train": ["train", "linear", photos, tmp_path / "run", "--epochs", "1"],
        "evaluate": ["evaluate", photos_run, photos, "--part", "all", "--out", tmp_path / "out"],
        "predict": ["predict", photos_run, photos, "--out", tmp_path / "out.csv"],
        "filter": ["filter", "box", path, tmp_path / f"soft{path.suffix}"],
    }
    if verb == "check":
        assert run(["data", "check", str(photos)]) == FAILURE
        said = capsys.readouterr().out
        assert str(path) in said
        assert words in said
        return
    code, line = failed(capsys, *commands[verb])
    assert code == FAILURE
    assert str(path) in line
    assert words in line
    assert not any(
        (tmp_path / name).exists() for name in ("run", "out", "out.csv", "out.csv.part", f"soft{path.suffix}")
    )


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_images_can_be_left_out_and_are_counted(kind, photos, photos_run, tmp_path, capsys):
    make, _ = BROKEN[kind]
    path = make(photos)
    assert run(["train", "linear", str(photos), f"{tmp_path}/run", "--epochs", "1", "--skip-bad"]) == 0
    said = capsys.readouterr().err
    assert f"1 images cannot be read and are left out; the first: {path}" in said
    assert run(["predict", str(photos_run), str(photos), "--skip-bad", "--quiet"]) == 0
    out, said = capsys.readouterr()
    assert len(out.splitlines()) == 61
    assert str(path) in said
    assert run(["filter", "box", str(photos), f"{tmp_path}/soft", "--skip-bad"]) == 0
    assert f"1 images cannot be read and are left out; the first: {path}" in capsys.readouterr().err
    assert sum(each.is_file() for each in (tmp_path / "soft").rglob("*")) == 60


def test_a_path_that_is_not_there(digits_run, tmp_path, capsys):
    assert failed(capsys, "train", "auto", tmp_path / "gone") == (FAILURE, f"svertka: there is no {tmp_path}/gone")
    assert "there is no file or folder" in failed(capsys, "predict", digits_run, tmp_path / "gone.png")[1]
    assert "there is no run folder" in failed(capsys, "evaluate", tmp_path / "gone", "digits")[1]
    assert "there is no run folder" in failed(capsys, "resume", tmp_path / "gone")[1]


def test_an_empty_folder(digits_run, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    code, line = failed(capsys, "train", "auto", tmp_path / "empty")
    assert (code, "holds no images" in line, str(tmp_path / "empty") in line) == (FAILURE, True, True)
    assert "holds no images" in failed(capsys, "predict", digits_run, tmp_path / "empty")[1]


def test_one_class_only(photos, capsys):
    shutil.rmtree(photos / "red")
    shutil.rmtree(photos / "blue")
    code, line = failed(capsys, "train", "auto", photos)
    assert code == FAILURE
    assert "one class only (green)" in line


def test_another_number_of_channels(photos, tmp_path, capsys):
    Image.new("L", (12, 12)).save(photos / "red" / "grey.png")
    np.save(tmp_path / "five.npy", np.zeros((4, 5, 12, 12), np.uint8))
    assert run(["train", "linear", str(photos), f"{tmp_path}/run", "--epochs", "1"]) == 0
    assert "images are turned to rgb: there are 60 rgb, 1 grey" in capsys.readouterr().err
    code, line = failed(capsys, "predict", tmp_path / "run", tmp_path / "five.npy", "--axes", "NCHW")
    assert code == FAILURE
    assert "five.npy[0]" in line
    assert "5 channels" in line


def test_a_colour_image_for_a_network_of_grey_ones(digits_run, photos, capsys):
    code, line = failed(capsys, "predict", digits_run, photos / "red" / "0.png")
    assert code == FAILURE
    assert "3 channels (rgb), but this network was trained on 1 channel (grey); turn it with --colour grey" in line


def test_an_image_too_small_for_the_network(photos, tmp_path, capsys):
    code, line = failed(capsys, "train", "lenet5", photos, tmp_path / "run", "--size", "12")
    assert code == FAILURE
    assert "an image of 12x12 is too small" in line
    assert "layer body.0 (Conv2d)" in line
    assert "the smallest size that works is 32x32" in line


def test_classes_that_the_run_does_not_know(photos, photos_run, capsys):
    (photos / "green").rename(photos / "violet")
    code, line = failed(capsys, "evaluate", photos_run, photos)
    assert code == FAILURE
    assert "classes violet, but this network was trained on blue, green, red" in line


def test_nan_in_fits(tmp_path, capsys):
    fits = pytest.importorskip("astropy.io.fits")
    rng = np.random.default_rng(0)
    for name in ("spiral", "elliptic"):
        (tmp_path / "sky" / name).mkdir(parents=True)
        for number in range(10):
            fits.PrimaryHDU(rng.normal(size=(16, 16)).astype(">f4")).writeto(tmp_path / "sky" / name / f"{number}.fits")
    holed = rng.normal(size=(16, 16)).astype(np.float32)
    holed[3, 4] = np.nan
    path = tmp_path / "sky" / "spiral" / "holed.fits"
    fits.PrimaryHDU(holed).writeto(path)
    code, line = failed(capsys, "train", "linear", tmp_path / "sky", tmp_path / "run", "--epochs", "1")
    assert code == FAILURE
    assert f"{path}: 1 of its pixels are NaN or infinite; put a value there with --fill 0" in line
    assert run(["train", "linear", f"{tmp_path}/sky", f"{tmp_path}/run", "--epochs", "1", "--fill", "0"]) == 0


def test_a_run_folder_that_is_there_is_not_touched(digits_run, capsys):
    before = {path: path.read_bytes() for path in digits_run.iterdir() if path.is_file()}
    code, line = failed(capsys, "train", "linear", "digits", digits_run)
    assert code == FAILURE
    assert "holds a run already; go on with svertka resume, or replace it with --overwrite" in line
    assert {path: path.read_bytes() for path in digits_run.iterdir() if path.is_file()} == before


def test_overwriting_never_removes_what_is_no_run(tmp_path, capsys):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("important")
    code, line = failed(capsys, "train", "linear", "digits", tmp_path / "thesis", "--overwrite")
    assert code == FAILURE
    assert "is there already and is no run; choose another folder" in line
    assert (tmp_path / "thesis" / "chapter.tex").read_text() == "important"


@pytest.mark.parametrize("verb", ["resume", "evaluate", "predict"])
def test_a_folder_that_is_no_run(verb, photos, capsys):
    words = {"resume": [], "evaluate": ["digits"], "predict": [photos]}[verb]
    code, line = failed(capsys, verb, photos, *words)
    assert code == FAILURE
    assert f"{photos} is no run folder" in line


def test_a_factoring_that_cannot_be(convolutions_run, digits_run, tmp_path, capsys):
    out = tmp_path / "out"
    for words, code, hints in [
        ([digits_run, out], USAGE, ["no layer can be factored", "there is but one"]),
        ([convolutions_run, out, "--rank", "0"], USAGE, ["rank", "greater than or equal to 1", "0"]),
        ([convolutions_run, out, "--rank", "99"], USAGE, ["body.0: rank 99 is above its highest, which is 30"]),
        ([convolutions_run, out, "--error", "1"], USAGE, ["error", "less than 1"]),
        ([convolutions_run, out, "--rank", "1", "--share", "0.5"], USAGE, ["give one of them"]),
        ([convolutions_run, out, "--layers", "boby.0"], USAGE, ["'boby.0'; did you mean 'body.0'"]),
        ([convolutions_run, out, "--kind", "depthwize"], USAGE, ["kind", "depthwize"]),
        ([convolutions_run, digits_run], FAILURE, ["holds a run already"]),
        ([convolutions_run, convolutions_run, "--overwrite"], FAILURE, ["is the run to be factored"]),
        ([tmp_path / "gone", out], FAILURE, ["there is no run folder"]),
    ]:
        found, line = failed(capsys, "factor", *words)
        assert (found, [hint for hint in hints if hint not in line]) == (code, []), line
        assert not out.exists()


def test_an_engine_or_a_file_that_cannot_be(convolutions_run, sounds_run, tmp_path, capsys, monkeypatch):
    (tmp_path / "there.pt2").write_text("mine")
    run_ = convolutions_run
    for words, code, hints in [
        (["optimise", run_, "--engines", "opanvino"], USAGE, ["no engine is called 'opanvino'; did you mean"]),
        (["optimise", run_, "--precision", "float8"], USAGE, ["precision", "float8"]),
        (["optimise", run_, "--batch", "0"], USAGE, ["batch", "greater than or equal to 1", "0"]),
        (["optimise", run_, "--for", "fun"], USAGE, ["fun"]),
        (["optimise", sounds_run], FAILURE, ["makes sounds sample by sample"]),
        (["optimise", tmp_path], FAILURE, ["is no run folder"]),
        (["export", run_, tmp_path / "a.tflite"], USAGE, ["a.tflite says no format; let it end in .onnx, .xml, .pt2"]),
        (["export", run_, tmp_path / "there.pt2"], FAILURE, ["there.pt2 is there already; replace it with --overw"]),
        (["export", run_, tmp_path / "there.pt2" / "a.pt2"], FAILURE, ["cannot make the folder", "there.pt2"]),
        (["export", sounds_run, tmp_path / "a.pt2"], FAILURE, ["makes sounds sample by sample"]),
    ]:
        found, line = failed(capsys, *words)
        assert (found, [hint for hint in hints if hint not in line]) == (code, []), line
    monkeypatch.setattr("svertka.engines.exchange.find_spec", lambda name: None)
    found, line = failed(capsys, "export", run_, tmp_path / "a.onnx")
    assert "needs onnxruntime and onnx and onnxscript, which is not installed; run: pip install 'svertka[eng" in line
    assert {path.name for path in tmp_path.iterdir()} == {"there.pt2"}


def test_layers_that_are_depthwise_already(tmp_path, capsys):
    made = train("mobilenet_025", "digits", tmp_path / "run", epochs=1, size=32, device="cpu")
    words = ["--kind", "depthwise", "--layers", "body.0.0.0,body.0.*"]
    code, line = failed(capsys, "factor", made.path, tmp_path / "out", *words)
    assert code == USAGE
    assert "each kernel has one channel: it is depthwise already" in line


def test_a_factored_run_is_not_resumed_but_trained(convolutions_run, tmp_path, capsys):
    assert run(["factor", str(convolutions_run), f"{tmp_path}/run", "--rank", "4", "--quiet"]) == 0
    capsys.readouterr()
    code, line = failed(capsys, "resume", tmp_path / "run")
    assert code == FAILURE
    assert f"was factored, not trained; to train it, write: svertka train {tmp_path}/run" in line


def test_a_training_that_cannot_start_from_a_run(digits_run, photos, tmp_path, capsys):
    for words, code, hints in [
        ([digits_run, photos, tmp_path / "out"], FAILURE, ["tells 10 classes"]),
        ([digits_run, tmp_path / "out", "--size", "64"], USAGE, ["size stays 8x8", "leave size out"]),
        ([digits_run, "digits", digits_run, "--overwrite"], FAILURE, ["is where this training starts"]),
        ([photos, "digits"], USAGE, ["stands where the network should"]),
    ]:
        found, line = failed(capsys, "train", *words)
        assert (found, [hint for hint in hints if hint not in line]) == (code, []), line


def test_damaged_weights(digits_run, tmp_path, capsys):
    shutil.copytree(digits_run, tmp_path / "run")
    weights = tmp_path / "run" / "weights.safetensors"
    content = bytearray(weights.read_bytes())
    for change in (content[:-10], bytes(content[:-3]) + bytes(3), b""):
        weights.write_bytes(change)
        code, line = failed(capsys, "evaluate", tmp_path / "run")
        assert code == FAILURE
        assert f"{weights} is damaged" in line


def test_a_damaged_state(digits_run, tmp_path, capsys):
    shutil.copytree(digits_run, tmp_path / "run")
    state = tmp_path / "run" / "state.pt"
    state.write_bytes(state.read_bytes()[:1000])
    code, line = failed(capsys, "resume", tmp_path / "run")
    assert code == FAILURE
    assert f"{state} is damaged" in line


@pytest.mark.parametrize(
    ("words", "hints"),
    [
        (["train", "resnet-20"], ["no network is called 'resnet-20'", "'resnet20'"]),
        (["cost", "lenet"], ["no network is called 'lenet'", "'lenet5'"]),
        (["train", "lenet5", "digit"], ["no data set or path is called 'digit'", "'digits'"]),
        (["train", "--epoch", "3"], ["--epoch", "--epochs"]),
        (["trian"], ["trian", "train"]),
        (["train", "--optimiser", "sdg"], ["optimiser", "sgd"]),
        (["train", "--epochs", "0"], ["epochs", "greater than or equal to 1", "0"]),
        (["train", "--test", "1.5"], ["test", "less than 1", "1.5"]),
        (["train", "--epochs", "many"], ["epochs", "many"]),
        (["train", "--rate", "-1"], ["rate", "-1"]),
        (["train", "--size", "big"], ["size", "96x128"]),
        (["train", "--device", "cuda:9"], ["device cuda:9 is not there"]),
        (["train", "./photos"], ["stands where the network should", "svertka train auto ./photos"]),
        (["cost", "resnet20", "--size", "3x3x3"], ["size 3x3x3 is for 3 axes", "2"]),
        (["predict"], ["RUN"]),
        (["filter", "sobel-lft", "in.tif", "out.tif"], ["no filter is called 'sobel-lft'", "'sobel-left'"]),
        (["filter", "box", "in.tif", "out.tif", "--border", "relfect"], ["border", "'reflect'", "'relfect'"]),
        (["filter", "sobel-left", "in.tif", "out.tif", "--deviation", "3"], ["sobel-left has no deviation"]),
        (["filter", "gaussian", "in.tif", "out.tif", "--size", "3"], ["gaussian has no size", "takes deviation"]),
        (["filter", "gaussian", "in.tif", "out.tif", "--deviation", "0"], ["deviation", "greater than 0"]),
        (["filter", "gaussian", "in.tif", "out.tif", "--depth", "8"], ["depth", "'uint8'", "'8'"]),
        (["filter", "emboss", "in.tif", "out.tif", "--space", "volume"], ["emboss is for planes, not for 3 axes"]),
        (["filter", "--kernel", "1 2; 3", "in.tif", "out.tif"], ["rows of the kernel have 2 1 numbers", "semicolons"]),
        (["filter", "--kernel", "-1 x", "in.tif", "out.tif"], ["'x' in the kernel is no number"]),
        (["filter", "--kernel", "1 nan", "in.tif", "out.tif"], ["'nan' in the kernel is no number"]),
        (["filter", "box", "in.tif", "out.tif", "--kernel", "1 1"], ["both the filter box and --kernel"]),
        (["filter", "box", "in.tif"], ["svertka filter sobel-left in.tif out.tif", "--list"]),
        (["filter", "box", "in.tif", "out.tif", "--show", "pair.gif"], ["should end in .png", "pair.gif"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_was_said_wrong(words, hints, capsys):
    code, line = failed(capsys, *words)
    assert code == USAGE
    assert [hint for hint in hints if hint not in line] == []


def test_a_setting_unknown_to_a_file(tmp_path, capsys):
    (tmp_path / "my.toml").write_text("epocs = 3\n")
    code, line = failed(capsys, "train", "linear", "digits", tmp_path / "run", "--config", tmp_path / "my.toml")
    assert code == USAGE
    assert "no setting is called 'epocs'; did you mean 'epochs'?" in line


def test_no_permission_to_write(tmp_path, capsys):
    if os.geteuid() == 0:
        # Root may write anywhere but through a file.
        (tmp_path / "locked").write_text("")
        place, words = tmp_path / "locked" / "run", f"{tmp_path / 'locked'} is a file"
    else:
        (tmp_path / "locked").mkdir(mode=0o500)
        place, words = tmp_path / "locked" / "run", "is not to be written to"
    code, line = failed(capsys, "train", "linear", "digits", place)
    assert code == FAILURE
    assert f"cannot make {place}" in line
    assert words in line


def test_paths_with_spaces_and_letters_of_all_kinds(photos, tmp_path, capsys):
    place = tmp_path / "прогон № 1 – ändern"
    assert "äöü" in str(photos)
    (photos / "red").rename(photos / "красный ' \"")
    assert run(["train", "linear", str(photos), str(place), "--epochs", "2", "--quiet"]) == 0
    assert run(["evaluate", str(place), str(photos), "--quiet"]) == 0
    assert run(["resume", str(place), "--quiet"]) == 0
    assert run(["predict", str(place), str(photos), "--out", f"{tmp_path}/ответ.csv", "--quiet"]) == 0
    assert "красный" in (tmp_path / "ответ.csv").read_text(encoding="utf-8")


def test_data_that_has_changed_since(photos, tmp_path, capsys):
    assert run(["train", "linear", str(photos), f"{tmp_path}/run", "--epochs", "1", "--quiet"]) == 0
    capsys.readouterr()
    Image.new("RGB", (12, 12)).save(photos / "red" / "3.png")
    code, line = failed(capsys, "resume", tmp_path / "run")
    assert code == FAILURE
    assert "has changed since this run began: red/3.png is not what it was" in line
    (photos / "red" / "3.png").unlink()
    assert "red/3.png is gone" in failed(capsys, "resume", tmp_path / "run")[1]


def test_an_answer_that_is_there_is_not_replaced(photos_run, tmp_path, capsys):
    (tmp_path / "answers.csv").write_text("precious")
    photo = photos_run.parent / "photos" / "red" / "0.png"
    code, line = failed(capsys, "predict", photos_run, photo, "--out", tmp_path / "answers.csv")
    assert (code, "is there already; replace it with --overwrite" in line) == (FAILURE, True)
    assert (tmp_path / "answers.csv").read_text() == "precious"


def filtering(photos, tmp_path, rng):
    """Files of some kinds to be filtered wrongly."""
    import tifffile

    photo = photos / "red" / "0.png"
    tifffile.imwrite(tmp_path / "deep.tif", rng.integers(0, 65536, (9, 9, 3), dtype=np.uint16), photometric="rgb")
    holed = np.ones((9, 9), np.float32)
    holed[3, 4] = np.nan
    tifffile.imwrite(tmp_path / "holed.tif", holed)
    tifffile.imwrite(tmp_path / "wide.tif", np.full((9, 9), 2**31, np.int64))
    np.save(tmp_path / "signal.npy", np.ones(9))
    return photo


@pytest.mark.parametrize(
    ("words", "hints"),
    [
        (["box", "{photo}", "{photo}"], ["0.png would be written over itself"]),
        (["box", "{photo}", "{photo}", "--overwrite"], ["0.png would be written over itself"]),
        (["box", "{tmp}/deep.tif", "{tmp}/holed.tif"], ["holed.tif is there already; replace it with --overwrite"]),
        (["box", "{tmp}/gone.tif", "{tmp}/new.tif"], ["there is no file", "gone.tif"]),
        (["box", "{tmp}/deep.tif", "{tmp}/new.jpg"], ["new.jpg cannot hold 3 channels (rgb) of uint16", "write .tif"]),
        (["box", "{photo}", "{tmp}/new.png", "--depth", "float32"], ["new.png cannot hold", "float32"]),
        (["box", "{tmp}/holed.tif", "{tmp}/new.tif"], ["holed.tif: 1 of its numbers", "row 3, column 4", "--fill 0"]),
        (
            ["box", "{tmp}/signal.npy", "{tmp}/new.npy", "--space", "plane"],
            ["signal.npy: it has 1 axes", "plane has 2"],
        ),
        (["--kernel", "1 1; 1 1", "{tmp}/signal.npy", "{tmp}/new.npy"], ["signal.npy: a kernel of 2 axes"]),
        (["--kernel", "9e18 9e18", "{tmp}/wide.tif", "{tmp}/new.tif"], ["wide.tif: sums of int64 could reach"]),
        (["box", "{photo}", "{photo}/new.png"], ["Not a directory"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_filtered_is_named(words, hints, photos, tmp_path, rng, capsys):
    photo = filtering(photos, tmp_path, rng)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    code, line = failed(capsys, "filter", *(word.format(photo=photo, tmp=tmp_path) for word in words))
    assert code == FAILURE
    assert [hint for hint in hints if hint not in line] == []
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_gaps_may_be_filled_before_filtering(photos, tmp_path, rng):
    filtering(photos, tmp_path, rng)
    assert run(["filter", "box", f"{tmp_path}/holed.tif", f"{tmp_path}/new.tif", "--fill", "0", "--quiet"]) == 0


def test_a_format_that_cannot_be_written_is_said(photos, tmp_path, capsys):
    code, line = failed(capsys, "filter", "box", photos / "red" / "0.png", tmp_path / "new.psd")
    assert code == USAGE
    assert "new.psd cannot be written: its name should end in one of .bmp" in line


def test_debug_shows_where_an_error_comes_from(tmp_path):
    from svertka import DataError

    with pytest.raises(DataError):
        run(["train", "auto", str(tmp_path / "gone"), "--debug"])
