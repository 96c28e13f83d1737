"""Attention between channels against loops."""

import math

import numpy as np

from hsi_inr_tf.layers import SpectralAttention


def test_attention_equals_loops_over_heads_and_channels():
    heads, size = 2, 3
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1, 4, 5, heads * size)).astype(np.float32)
    layer = SpectralAttention(heads, size)
    layer.build(x.shape)
    for weight in layer.weights:
        weight.assign(rng.normal(size=weight.shape))
    query, key, value = (
        x[0].reshape(20, -1) @ np.asarray(one.kernel) for one in (layer.query, layer.key, layer.value)
    )

    attended = np.zeros((20, heads * size))
    for head in range(heads):
        channels = range(head * size, (head + 1) * size)
        for i in channels:
            scores = [
                float(layer.rescale[head, 0, 0])
                * (key[:, i] @ query[:, j])
                / math.sqrt((key[:, i] @ key[:, i]) * (query[:, j] @ query[:, j]))
                for j in channels
            ]
            shares = np.exp(scores) / np.sum(np.exp(scores))
            attended[:, i] = sum(share * value[:, j] for share, j in zip(shares, channels, strict=True))

    def depthwise(image, kernel):
        padded = np.pad(image, ((1, 1), (1, 1), (0, 0)))
        return sum(padded[r : r + 4, c : c + 5] * kernel[r, c, :, 0] for r in range(3) for c in range(3))

    first, second = (np.asarray(one.kernel) for one in layer.position)
    inner = depthwise(value.reshape(4, 5, -1), first)
    gelu = inner * 0.5 * (1 + np.vectorize(math.erf)(inner / math.sqrt(2)))
    projected = attended @ np.asarray(layer.project.kernel) + np.asarray(layer.project.bias)
    np.testing.assert_allclose(
        layer(x)[0], projected.reshape(4, 5, -1) + depthwise(gelu, second), rtol=1e-4, atol=1e-4
    )
