"""Warm-up requests: TF Serving answers them while it loads a model, so that no user waits for tracing and
allocation.
"""

from pathlib import Path

import numpy as np

from hsi_inr_tf.errors import InputError

SIDE = 64


def write(saved_model: Path, name: str, side: int | None) -> None:
    """Write assets.extra/tf_serving_warmup_requests into a SavedModel folder: one request for each signature
    that takes pictures.

    `name` is the model's name on the server; `side` that of the only pictures it takes, None for any.
    """
    import tensorflow as tf

    try:
        from tensorflow_serving.apis import predict_pb2, prediction_log_pb2
    except ImportError as error:
        raise InputError(
            "warm-up requests need tensorflow-serving-api: pip install 'hsi_inr_tf[serving]'"
        ) from error

    side = side or SIDE
    ramp = np.linspace(0.0, 1.0, side * side * 3, dtype=np.float32).reshape(1, side, side, 3)
    png = tf.io.encode_png((ramp[0] * 255).astype(np.uint8)).numpy()
    folder = saved_model / "assets.extra"
    folder.mkdir()
    with tf.io.TFRecordWriter(str(folder / "tf_serving_warmup_requests")) as writer:
        for signature, field, value in (
            ("serving_default", "rgb", ramp),
            ("reconstruct_image", "image_bytes", [png]),
        ):
            request = predict_pb2.PredictRequest()
            request.model_spec.name = name
            request.model_spec.signature_name = signature
            request.inputs[field].CopyFrom(tf.make_tensor_proto(value))
            log = prediction_log_pb2.PredictionLog(predict_log=prediction_log_pb2.PredictLog(request=request))
            writer.write(log.SerializeToString())
