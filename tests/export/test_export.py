"""Exported models: the numbers of Keras, only builtin operators, and a description that is read back."""

import io
from functools import partial

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from PIL import Image

from hsi_inr_tf import export, load, models
from hsi_inr_tf.cli.export import Options, run
from hsi_inr_tf.errors import InputError
from hsi_inr_tf.evaluation import parity
from hsi_inr_tf.export.flatbuffer import contents
from hsi_inr_tf.inference import Reconstructor, tiling
from hsi_inr_tf.inference.litert_engine import LiteRTEngine
from hsi_inr_tf.inference.saved_model_engine import SavedModelEngine
from hsi_inr_tf.optics import camera_named
from hsi_inr_tf.trained import exported_files
from hsi_inr_tf.trained.bundles import LITE, PRETRAINED
from hsi_inr_tf.trained.description import ModelDescription


def describe(model, name="inr-single"):
    camera = camera_named()
    return ModelDescription.of(model, name, camera.wavelengths, camera, provenance={"split": "none"})


@pytest.fixture(scope="module")
def compact(random_model):
    return random_model("inr-single")[0]


def difference(expected, actual):
    """Largest difference relative to the largest value."""
    return np.abs(expected - actual).max() / np.abs(expected).max()


def pictures(*shape):
    return np.random.default_rng(1).random((*shape, 3), np.float32)


def test_saved_model_agrees_with_keras(compact, tmp_path):
    engine = SavedModelEngine(export.saved_model(compact, describe(compact), tmp_path / "m" / "1"))
    rgb = pictures(2, 48, 32)
    assert difference(compact({"rgb": rgb})["hsi"].numpy(), engine(rgb)) < 1e-5
    assert SavedModelEngine(tmp_path / "m").description.to_json() == engine.description.to_json()


def test_saved_model_extends_odd_sides_by_their_last_pixels(compact, tmp_path):
    engine = SavedModelEngine(export.saved_model(compact, describe(compact), tmp_path / "1"))
    rgb = pictures(1, 45, 30)
    extended = np.pad(rgb, ((0, 0), (0, 3), (0, 2), (0, 0)), mode="edge")
    assert difference(compact({"rgb": extended})["hsi"].numpy()[:, :45, :30], engine(rgb)) < 1e-5


def png(rgb):
    file = io.BytesIO()
    Image.fromarray(np.round(rgb * 255).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


def test_image_bytes_give_what_their_pixels_give(compact, tmp_path):
    import tensorflow as tf

    path = export.saved_model(compact, describe(compact), tmp_path / "1")
    rgb = np.round(pictures(2, 37, 50) * 255) / 255
    answer = tf.saved_model.load(str(path)).signatures["reconstruct_image"](
        image_bytes=tf.constant([png(x) for x in rgb])
    )
    assert difference(np.clip(SavedModelEngine(path)(rgb), 0, 1), answer["hsi"].numpy()) < 1e-5


def test_saved_model_answers_between_the_pixels_as_keras_does(compact, tmp_path):
    engine = SavedModelEngine(export.saved_model(compact, describe(compact), tmp_path / "1"))
    rgb = pictures(1, 32, 40)
    rows, columns = np.linspace(-0.25, 31.25, 64, dtype=np.float32), np.float32([0.0, 3.3, 17.5, 39.0])
    assert difference(compact.sample(rgb, rows, columns).numpy(), engine.sample(rgb, rows, columns)) < 1e-5
    points = np.float32([[[0.0, 0.0], [12.4, 39.2], [31.0, 7.7]]])
    assert difference(compact.query(rgb, points).numpy(), engine.query(rgb, points)) < 1e-5
    np.testing.assert_allclose(
        engine.query(rgb, np.float32([[[4, 9]]]))[0, 0], engine(rgb)[0, 4, 9], atol=1e-5
    )


@pytest.mark.parametrize(("height", "width"), [(64, 64), (100, 150), (40, 130)])
def test_patches_of_a_patch_model_meet_without_gaps(height, width):
    import tensorflow as tf

    from hsi_inr_tf.export.graphs import in_patches

    def mean_and_picture(rgb):  # a model whose answer shows which patch a pixel was computed in
        return {"hsi": tf.concat([rgb, tf.zeros_like(rgb[..., :1]) + tf.reduce_mean(rgb[..., :1])], axis=-1)}

    rgb = pictures(2, height, width)
    hsi = in_patches(mean_and_picture, rgb, 64)["hsi"].numpy()
    np.testing.assert_array_equal(hsi[..., :3], rgb)
    extended = np.pad(rgb, ((0, 0), (0, max(0, 64 - height)), (0, max(0, 64 - width)), (0, 0)), mode="edge")
    np.testing.assert_allclose(hsi[0, 0, 0, 3], extended[0, :64, :64, 0].mean(), rtol=1e-5)
    np.testing.assert_allclose(hsi[1, -1, -1, 3], extended[1, -64:, -64:, 0].mean(), rtol=1e-5)


def test_a_patch_model_serves_pictures_of_any_size_as_the_reconstructor_does(tmp_path):
    import tensorflow as tf

    from hsi_inr_tf.inference import Reconstructor

    model = models.build("inr-paper", width=8, top_width=8)
    path = export.saved_model(model, describe(model, "inr-paper"), tmp_path / "1")
    reconstructor = Reconstructor(SavedModelEngine(path))
    rgb = (pictures(70, 131) * 255).astype(np.uint8)
    answer = tf.saved_model.load(str(path)).signatures["reconstruct_image"](
        image_bytes=tf.constant([png(rgb / 255)])
    )
    assert answer["hsi"].shape == (1, 70, 131, 31)
    np.testing.assert_allclose(answer["hsi"][0], reconstructor.reconstruct(rgb).data, atol=1e-5)


def test_warm_up_requests_name_the_signatures_and_can_be_answered(compact, tmp_path):
    import tensorflow as tf
    from tensorflow_serving.apis import prediction_log_pb2

    path = export.saved_model(compact, describe(compact), tmp_path / "compact" / "1", warm_up=True)
    loaded = tf.saved_model.load(str(path))
    records = list(tf.data.TFRecordDataset(str(path / "assets.extra" / "tf_serving_warmup_requests")))
    assert len(records) == 2
    for record in records:
        request = prediction_log_pb2.PredictionLog.FromString(record.numpy()).predict_log.request
        assert request.model_spec.name == "compact"
        inputs = {name: tf.constant(tf.make_ndarray(tensor)) for name, tensor in request.inputs.items()}
        assert loaded.signatures[request.model_spec.signature_name](**inputs)["hsi"].shape == (1, 64, 64, 31)


@pytest.mark.parametrize("size", [(32, 48), (None, None)])
def test_tflite_agrees_with_keras(compact, tmp_path, size):
    path = export.tflite(compact, describe(compact), tmp_path / "m.tflite", height=size[0], width=size[1])
    engine = LiteRTEngine(path, threads=1)
    assert engine.fixed_shape == (size if size[0] else None)
    rgb = pictures(2, 32, 48)
    assert difference(compact({"rgb": rgb})["hsi"].numpy(), engine(rgb)) < 1e-5


def test_resizable_tflite_answers_between_the_pixels_as_keras_does(compact, tmp_path):
    path = export.tflite(compact, describe(compact), tmp_path / "m.tflite", height=None, width=None)
    engine = LiteRTEngine(path, threads=1)
    for height, width in ((32, 40), (16, 24)):  # the same interpreter, another size
        rgb = pictures(1, height, width)
        rows, columns = (
            np.linspace(0, height - 1, 50, dtype=np.float32),
            np.float32([0.0, 3.3, 17.5, width - 1]),
        )
        assert (
            difference(compact.sample(rgb, rows, columns).numpy(), engine.sample(rgb, rows, columns)) < 1e-5
        )
        points = np.float32([[[0.0, 0.0], [12.4, 7.2], [15.0, 23.0]]])
        assert difference(compact.query(rgb, points).numpy(), engine.query(rgb, points)) < 1e-5
        assert difference(compact({"rgb": rgb})["hsi"].numpy(), engine(rgb)) < 1e-5
    inside = contents(path)
    assert not inside.custom and inside.rank <= 4
    plain = Interpreter(str(path))  # that asks for no signature, as most code does
    (rgb_in,), (hsi_out,) = plain.get_input_details(), plain.get_output_details()
    plain.resize_tensor_input(rgb_in["index"], rgb.shape)
    plain.allocate_tensors()
    plain.set_tensor(rgb_in["index"], rgb)
    plain.invoke()
    assert difference(compact({"rgb": rgb})["hsi"].numpy(), plain.get_tensor(hsi_out["index"])) < 1e-5
    assert next(iter(plain.get_signature_list())) == "serving_default"
    assert not LiteRTEngine(export.tflite(compact, describe(compact), path, height=16, width=16)).continuous


def test_tflite_holds_builtin_operators_and_small_constants_only(compact, tmp_path):
    inside = contents(export.tflite(compact, describe(compact), tmp_path / "m.tflite", height=256, width=256))
    weights = 4 * compact.count_params()
    assert not inside.custom
    assert inside.operators["BATCH_MATMUL"] == 3
    assert inside.rank <= 4
    assert weights <= sum(size for size, _ in inside.constants) < 1.05 * weights + 10_000


# How far each quantisation may be from Keras, relative to its largest value, and how much smaller than fp32
# the file must be.
@pytest.mark.parametrize(
    ("quantize", "tolerance", "share"),
    [("float16", 5e-3, 0.7), ("dynamic", 0.1, 0.7), ("int8", 0.1, 0.9), ("int16x8", 0.1, 0.8)],
)
def test_quantised_models_are_smaller_and_near_keras(compact, tmp_path, quantize, tolerance, share):
    rgb = pictures(6, 64, 64)
    plain = export.tflite(compact, describe(compact), tmp_path / "plain.tflite", height=64, width=64)
    path = export.tflite(
        compact,
        describe(compact),
        tmp_path / "m.tflite",
        height=64,
        width=64,
        quantize=quantize,
        representative=rgb,
    )
    assert path.stat().st_size < share * plain.stat().st_size
    assert not contents(path).custom
    expected, actual = compact({"rgb": rgb[:1]})["hsi"].numpy(), LiteRTEngine(path, threads=1)(rgb[:1])
    assert 1e-7 < difference(expected, actual) < tolerance  # it is quantised, and it is near


def test_conversion_writes_nothing_to_the_terminal(compact, tmp_path, capfd):
    for quantize in ("none", "int8"):
        export.tflite(
            compact,
            describe(compact),
            tmp_path / "m.tflite",
            height=16,
            width=16,
            quantize=quantize,
            representative=pictures(1, 16, 16),
        )
    captured = capfd.readouterr()
    assert captured.out + captured.err == ""


def test_int8_leaves_the_generated_mlp_in_floats(compact, tmp_path):
    from tensorflow.lite.tools import flatbuffer_utils

    path = export.tflite(
        compact,
        describe(compact),
        tmp_path / "m.tflite",
        height=64,
        width=64,
        quantize="int8",
        representative=pictures(3, 64, 64),
    )
    model = flatbuffer_utils.read_model(str(path))
    tensors = model.subgraphs[0].tensors
    types = {}
    for operator in model.subgraphs[0].operators:
        kind = flatbuffer_utils.opcode_to_name(model, operator.opcodeIndex)
        types.setdefault(kind, []).append(flatbuffer_utils.type_to_name(tensors[operator.outputs[0]].type))
    assert set(types["BATCH_MATMUL"]) == {"FLOAT32"}
    assert types["CONV_2D"].count("INT8") == len(types["CONV_2D"]) - 1  # all but the head


def test_the_description_is_read_back(compact, tmp_path):
    description = describe(compact)
    files = [
        export.tflite(compact, description, tmp_path / "m.tflite", height=16, width=24),
        export.saved_model(compact, description, tmp_path / "1"),
    ]
    for file in files:
        back = exported_files.read(file)
        np.testing.assert_array_equal(back.camera.response, description.camera.response)
        assert (back.wavelengths, back.halo, back.stride) == (
            description.wavelengths,
            description.halo,
            description.stride,
        )
        assert back.provenance["split"] == "none"
    assert exported_files.read(files[0]).provenance["export"] == {
        "format": "tflite",
        "height": 16,
        "width": 24,
        "quantize": "none",
    }


def test_impossible_exports_are_refused_in_a_sentence(compact, tmp_path):
    description = describe(compact)
    with pytest.raises(InputError, match="multiples of 8"):
        export.tflite(compact, description, tmp_path / "m.tflite", height=20, width=16)
    with pytest.raises(InputError, match="unknown quantisation"):
        export.tflite(compact, description, tmp_path / "m.tflite", height=16, width=16, quantize="int4")
    with pytest.raises(InputError, match="representative"):
        export.tflite(compact, description, tmp_path / "m.tflite", height=16, width=16, quantize="int8")
    (tmp_path / "mine").mkdir()
    with pytest.raises(InputError, match="not overwritten"):
        export.saved_model(compact, description, tmp_path / "mine")
    assert not list(tmp_path.glob("*.tflite"))


def test_a_place_that_cannot_be_written_is_named(compact, tmp_path):
    (tmp_path / "file").write_text("")
    for write, path in ((partial(export.tflite, height=16, width=16), "m.tflite"), (export.saved_model, "1")):
        with pytest.raises(InputError, match=f"{path} cannot be written"):
            write(compact, describe(compact), tmp_path / "file" / path)


def test_the_table_marks_a_quantisation_that_loses_more_than_it_may(compact, tmp_path):
    engine = LiteRTEngine(
        export.tflite(compact, describe(compact), tmp_path / "m.tflite", height=32, width=32), threads=1
    )
    rgb = pictures(40, 70)  # two windows
    truth = np.clip(compact({"rgb": rgb[None, :32, :64]})["hsi"].numpy()[0] + 0.1, 0, 1)
    truth = np.pad(truth, ((0, 8), (0, 6), (0, 0)))

    def reference(rgb):
        return compact({"rgb": rgb})["hsi"].numpy()

    def row(run, name):
        run.fixed_shape, run.description = engine.fixed_shape, engine.description
        return parity.compare(name, tmp_path / "m.tflite", reference, run, [(rgb, truth)], {1: 2.5})

    same, worse = row(lambda rgb: engine(rgb), "same"), row(lambda rgb: engine(rgb) - 0.05, "worse")
    assert same.relative < 1e-5 and abs(same.change["psnr"]) < 0.01
    assert worse.largest == pytest.approx(0.05, rel=1e-3) and worse.rms == pytest.approx(0.05, rel=1e-3)
    marked = [line for line in parity.table([same, worse]).splitlines() if "not recommended" in line]
    assert len(marked) == 1 and marked[0].startswith("worse")


@pytest.mark.parametrize("size", [(32, 32), (None, None)])
def test_a_comparison_without_a_picture_large_enough_is_refused(compact, tmp_path, size):
    path = export.tflite(compact, describe(compact), tmp_path / "m.tflite", height=size[0], width=size[1])
    with pytest.raises(InputError, match="needs pictures of at least"):
        parity.compare("m", path, compact, LiteRTEngine(path), [(pictures(7, 40), None)], {})


def test_files_that_are_no_exports_are_refused(tmp_path):
    (tmp_path / "text.tflite").write_text("hello")
    (tmp_path / "bare.tflite").write_bytes(b"\x1c\0\0\0TFL3" + bytes(64))
    for path, reason in [
        ("text.tflite", "no TFLite model"),
        ("bare.tflite", "carries no readable"),
        ("absent", "no TFLite model"),
        (".", "no SavedModel"),
    ]:
        with pytest.raises(InputError, match=reason):
            exported_files.read(tmp_path / path)


def test_answers_that_are_not_finite_are_not_recommended(compact, tmp_path):
    path = export.tflite(compact, describe(compact), tmp_path / "m.tflite", height=32, width=32)
    engine = LiteRTEngine(path)

    def broken(rgb):
        return engine(rgb) * np.nan

    broken.fixed_shape, broken.description = engine.fixed_shape, engine.description
    row = parity.compare(
        "broken",
        path,
        lambda rgb: compact({"rgb": rgb})["hsi"].numpy(),
        broken,
        [(pictures(40, 70), None)],
        {},
    )
    assert np.isnan(row.largest) and not row.recommended and "not finite" in parity.table([row])


def test_options_that_a_saved_model_cannot_follow_are_refused(tmp_path):
    for change in ({"quantize": ("float16",)}, {"size": ("64",)}):
        with pytest.raises(InputError, match="--format tflite"):
            run(Options("inr-edge", tmp_path / "m", format="saved_model", **change))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "name, kind", [("m.onnx", "tflite"), ("m.tflite", "onnx"), ("m.onnx", "saved_model")]
)
def test_a_name_of_another_kind_of_file_is_refused(tmp_path, name, kind):
    with pytest.raises(InputError, match=f"{name} is the name of another kind of file than --format {kind}"):
        run(Options("inr-edge", tmp_path / name, format=kind))
    assert not list(tmp_path.iterdir())


def test_the_usual_window_holds_what_the_model_sees(tmp_path, capsys):
    run(Options("inr-edge", tmp_path / "m.tflite", time=False))
    plain = load("inr-edge").engine
    rgb = pictures(300, 280)
    plan = tiling.Plan(load(tmp_path / "m.tflite").engine, rgb.shape, None, 1.0)
    assert plan.exact and "differ a little" not in capsys.readouterr().out
    whole, tiled = (
        Reconstructor(e).reconstruct(rgb).data for e in (plain, load(tmp_path / "m.tflite").engine)
    )
    assert np.abs(whole - tiled).max() < 1e-5
    run(Options("inr-edge", tmp_path / "small.tflite", size=("64",), time=False))
    assert "--size 256 makes them exact" in capsys.readouterr().out


def test_nothing_is_written_if_a_picture_to_compare_on_is_missing(tmp_path):
    (tmp_path / "m.tflite").write_text("mine")
    with pytest.raises(InputError, match="no such picture"):
        run(Options("inr-edge", tmp_path / "m.tflite", images=(tmp_path / "absent.png",), time=False))
    assert (tmp_path / "m.tflite").read_text() == "mine"


def test_the_bundled_tflite_joins_its_windows_exactly(tmp_path):
    rgb = pictures(300, 420)
    whole = load("inr-edge").reconstruct(rgb)
    lite = load(PRETRAINED / "inr-edge" / LITE).reconstruct(rgb)
    assert lite.provenance["exact"]
    assert np.abs(lite.data - whole.data).max() < 5e-3  # float16 weights
