"""What exported models compute: a Keras model as TensorFlow functions with fixed signatures, free of Keras objects."""

import tensorflow as tf


def holder(model) -> tf.Module:
    """A module that owns the model's variables and nothing else of it, so that a SavedModel needs no code of ours."""
    root = tf.Module()
    root.weights = [variable.value for variable in model.variables]
    return root


def signatures(model) -> dict:
    """The signatures of a SavedModel, name -> tf.function; see `saved_model`."""
    side = model.patch
    picture = tf.TensorSpec([None, side, side, 3], tf.float32, "rgb")

    @tf.function(input_signature=[picture])
    def serving_default(rgb):
        extended = rgb if side else extend(rgb, model.stride)
        hsi = model({"rgb": extended}, training=False)["hsi"]
        return {"hsi": hsi[:, : tf.shape(rgb)[1], : tf.shape(rgb)[2]]}

    functions = {"serving_default": serving_default}
    if hasattr(model, "sample") and not side:
        axis = [tf.TensorSpec([None], tf.float32, name) for name in ("rows", "columns")]

        @tf.function(input_signature=[picture, *axis])
        def sample(rgb, rows, columns):
            return {"hsi": model.sample(extend(rgb, model.stride), rows, columns)}

        functions["sample"] = sample
    return functions


def fixed(model, height: int | None, width: int | None):
    """The function of a TFLite model: one picture [1, height, width, 3], or any sides (None) that are multiples of the stride."""

    @tf.function(input_signature=[tf.TensorSpec([1, height, width, 3], tf.float32, "rgb")])
    def reconstruct(rgb):
        return {"hsi": model({"rgb": rgb}, training=False)["hsi"]}

    return reconstruct


def extend(rgb, stride: int):
    """Repeat the last row and column of rgb [batch, height, width, 3] until both sides are multiples of `stride`."""
    if stride == 1:
        return rgb
    for axis in (1, 2):
        side = tf.shape(rgb)[axis]
        extended = -(-side // stride) * stride
        rgb = tf.gather(rgb, tf.minimum(tf.range(extended), side - 1), axis=axis)
    return rgb
