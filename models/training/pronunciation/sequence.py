# ruff: noqa: D102, D107
"""The transformer over the phones of a stretch in torch, its training, and its way into numpy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from enunciate.alignment.phones import PHONES
from enunciate.measures.features import Features
from enunciate.measures.pronunciation import WHOLE
from enunciate.measures.sequence import FURTHEST_WORD, HEADS, PLACES

CHANNELS, LAYERS = 64, 3


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What the network reads of one stretch, and what it should say; NaN where the experts said nothing."""

    rows: np.ndarray
    stretch_row: np.ndarray
    phone: np.ndarray
    owner: np.ndarray
    phones: np.ndarray
    """(n,) standardised."""
    wrong: np.ndarray
    """(n,) 0 or 1."""
    words: np.ndarray
    whole: np.ndarray

    @classmethod
    def of(cls, row: Features, example, scales: dict[str, tuple[float, float]]) -> Material:
        def standard(values: np.ndarray, name: str) -> np.ndarray:
            mean, deviation = scales[name]
            return (values - mean) / deviation

        return cls(
            row.sequence_rows,
            row.stretch_row,
            example.evidence.phone,
            example.evidence.word,
            standard(example.phones, "phone"),
            np.where(np.isnan(example.phones), np.nan, example.phones < 1),
            standard(example.words[:, 0], "word"),
            np.array([standard(s, name) for s, name in zip(example.scores, WHOLE, strict=True)]),
        )


class _Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention_norm, self.linear_norm = nn.LayerNorm(CHANNELS), nn.LayerNorm(CHANNELS)
        self.project, self.join = nn.Linear(CHANNELS, 3 * CHANNELS), nn.Linear(CHANNELS, CHANNELS)
        self.wide, self.narrow = nn.Linear(CHANNELS, 2 * CHANNELS), nn.Linear(2 * CHANNELS, CHANNELS)
        self.drop = nn.Dropout(0.2)

    def forward(self, x: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
        rows, n, _ = x.shape
        parts = self.project(self.attention_norm(x)).view(rows, n, 3, HEADS, CHANNELS // HEADS)
        queries, keys, values = parts.permute(2, 0, 3, 1, 4)
        joined = functional.scaled_dot_product_attention(
            queries, keys, values, seen[:, None, None, :], dropout_p=0.1 if self.training else 0.0
        )
        x = x + self.drop(self.join(joined.transpose(1, 2).reshape(rows, n, CHANNELS)))
        return x + self.drop(self.narrow(self.drop(functional.relu(self.wide(self.linear_norm(x))))))


def _head(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Dropout(0.2), nn.Linear(inputs, CHANNELS), nn.ReLU(), nn.Dropout(0.2), nn.Linear(CHANNELS, outputs)
    )


class TorchSequence(nn.Module):
    """`enunciate.measures.sequence.SequenceNet`."""

    def __init__(self, phone_scale: np.ndarray, stretch_scale: np.ndarray) -> None:
        super().__init__()
        self.phone_scale, self.stretch_scale = phone_scale, stretch_scale
        self.first = nn.Linear(phone_scale.shape[1], CHANNELS)
        self.phone = nn.Embedding(len(PHONES), CHANNELS)
        self.place = nn.Embedding(PLACES, CHANNELS)
        self.word = nn.Embedding(FURTHEST_WORD, CHANNELS)
        for table in (self.phone, self.place, self.word):
            nn.init.normal_(table.weight, std=0.3)
        self.layers = nn.ModuleList(_Layer() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(CHANNELS)
        self.stretch = nn.Linear(stretch_scale.shape[1], CHANNELS)
        self.attend = nn.Linear(CHANNELS, len(WHOLE), bias=False)
        self.phone_head = _head(2 * CHANNELS, 2)
        self.word_head = _head(3 * CHANNELS, 1)
        self.whole_heads = nn.ModuleList(_head(3 * CHANNELS, 1) for _ in range(len(WHOLE)))
        self.drop = nn.Dropout(0.1)
        self.drop_more = nn.Dropout(0.2)

    def forward(self, rows, stretch_row, phone, owner, seen):
        x = self.first(self.drop(rows)) + self.phone(phone) + self.place(_places(owner))
        x = x + self.word(owner.clamp(max=FURTHEST_WORD - 1))
        for layer in self.layers:
            x = layer(x, seen)
        mask = seen[:, :, None].float()
        x = self.norm(x) * mask
        of_word = functional.one_hot(owner, int(owner.max()) + 1).float() * mask
        words = torch.einsum("bnw,bnc->bwc", of_word, x) / of_word.sum(1).clamp(min=1)[:, :, None]
        mean = x.sum(1) / mask.sum(1)
        around = functional.relu(self.stretch(self.drop_more(stretch_row)))
        phones = self.phone_head(torch.cat([x, torch.einsum("bnw,bwc->bnc", of_word, words)], 2))
        rest = torch.cat([mean, around], 1)[:, None].expand(-1, words.shape[1], -1)
        shares = torch.softmax(self.attend(x).masked_fill(~seen[:, :, None], -1e4), 1)
        attended = torch.einsum("bnk,bnc->bkc", shares, x)
        whole = torch.cat(
            [head(torch.cat([mean, attended[:, k], around], 1)) for k, head in enumerate(self.whole_heads)], 1
        )
        return phones, self.word_head(torch.cat([words, rest], 2))[:, :, 0], whole

    def arrays(self) -> dict[str, np.ndarray]:
        """The weights as `enunciate.measures.pronunciation` reads them."""
        result = {"phone_scale": self.phone_scale, "stretch_scale": self.stretch_scale}

        def put(name: str, module: nn.Module) -> None:
            if isinstance(module, nn.LayerNorm):
                result[name] = torch.stack([module.weight, module.bias])
            elif isinstance(module, nn.Embedding):
                result[name] = module.weight
            elif isinstance(module, nn.Linear):
                result[name] = module.weight.T
                if module.bias is not None:
                    result[f"{name}_bias"] = module.bias
            elif isinstance(module, nn.Sequential):
                put(f"{name}_first", module[1])
                put(f"{name}_last", module[4])

        for name, module in self.named_children():
            if isinstance(module, nn.ModuleList):
                for number, part in enumerate(module):
                    if isinstance(part, nn.Sequential):
                        put(f"{name}{number}", part)
                        continue
                    for inner, inner_module in part.named_children():
                        put(f"{name}{number}_{inner}", inner_module)
            else:
                put(name, module)
        return {
            name: (value if isinstance(value, np.ndarray) else value.detach().numpy().astype(np.float16))
            for name, value in result.items()
        }


def _places(owner: torch.Tensor) -> torch.Tensor:
    """Each phone's place in its word."""
    n = owner.shape[1]
    index = torch.arange(n).expand_as(owner)
    begins = torch.cat([torch.ones_like(owner[:, :1]), (owner[:, 1:] != owner[:, :-1]).long()], 1)
    return (index - torch.cummax(index * begins, 1).values).clamp(max=PLACES - 1)


def scale(rows: np.ndarray) -> np.ndarray:
    """Mean and deviation of each column."""
    return np.stack([rows.mean(0), rows.std(0) + 1e-3]).astype(np.float32)


def _batch(parts: Sequence[Material], net: TorchSequence) -> tuple[torch.Tensor, ...]:
    count, longest = len(parts), max(len(part.phone) for part in parts)
    words = max(int(part.owner[-1]) + 1 for part in parts)
    rows = np.zeros((count, longest, parts[0].rows.shape[1]), np.float32)
    phone, owner = np.zeros((count, longest), np.int64), np.zeros((count, longest), np.int64)
    seen = np.zeros((count, longest), bool)
    phones, wrong = (np.full((count, longest), np.nan, np.float32) for _ in range(2))
    word = np.full((count, words), np.nan, np.float32)
    for i, part in enumerate(parts):
        n = len(part.phone)
        rows[i, :n] = np.clip((part.rows - net.phone_scale[0]) / net.phone_scale[1], -4, 4)
        phone[i, :n], owner[i, :n], seen[i, :n] = part.phone, part.owner, True
        owner[i, n:] = part.owner[-1]
        phones[i, :n], wrong[i, :n] = part.phones, part.wrong
        word[i, : len(part.words)] = part.words
    stretch = np.stack([part.stretch_row for part in parts])
    stretch = np.clip((stretch - net.stretch_scale[0]) / net.stretch_scale[1], -4, 4).astype(np.float32)
    whole = np.stack([part.whole for part in parts]).astype(np.float32)
    return tuple(map(torch.from_numpy, (rows, stretch, phone, owner, seen, phones, wrong, word, whole)))


def _loss(found: torch.Tensor, wanted: torch.Tensor, how=functional.mse_loss) -> torch.Tensor:
    known = ~torch.isnan(wanted)
    return how(found[known], wanted[known]) if known.any() else found.sum() * 0


def train(parts: Sequence[Material], epochs: int, seed: int, size: int = 32) -> dict[str, np.ndarray]:
    """The weights of a network trained on `parts`."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = TorchSequence(
        scale(np.concatenate([part.rows for part in parts])), scale(np.stack([p.stretch_row for p in parts]))
    )
    optimizer = torch.optim.AdamW(net.parameters(), lr=1.5e-3, weight_decay=0.05, fused=True)
    batches = (len(parts) + size - 1) // size
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 1.5e-3, total_steps=batches * epochs + 1, pct_start=0.2
    )
    for _ in range(epochs):
        net.train()
        order = np.argsort([len(part.phone) + rng.random() * 10 for part in parts])
        groups = [order[i : i + size] for i in range(0, len(order), size)]
        for number in rng.permutation(len(groups)):
            rows, stretch, phone, owner, seen, phones, wrong, words, whole = _batch(
                [parts[i] for i in groups[number]], net
            )
            rows = rows + 0.1 * torch.randn_like(rows)
            of_phones, of_words, of_whole = net(rows, stretch, phone, owner, seen)
            loss = (
                _loss(of_phones[:, :, 0], phones)
                + 0.5 * _loss(of_phones[:, :, 1], wrong, functional.binary_cross_entropy_with_logits)
                + 0.5 * _loss(of_words, words)
                + 0.5 * _loss(of_whole, whole)
            )
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return net.eval().arrays()
