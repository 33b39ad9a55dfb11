"""The mean of networks' weights, which hears strangers better than any of them.

    python -m models.training.recognizer.average --cache DIR --names A B [--shares 0.5 0.5] [--to network] \\
        [--mean-norms]

For networks that were trained on from the same one (Wortsman et al., Model soups, ICML 2022). What the
layers' normalisation takes for mean and variance of their input is measured anew, or with `--mean-norms` is
the mean of theirs, which serves as well where they have not gone far apart.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn

from .mmi import Graphs
from .network import Network, load, save
from .train import Batches, Data, batches, epoch

BATCHES = 80


def mean_network(networks: Sequence[Network], shares: Sequence[float]) -> Network:
    """A network of the same shape whose weights are the `shares` of theirs, summed."""
    made = Network(networks[0].shape)
    states = [network.state_dict() for network in networks]
    made.load_state_dict(
        {
            name: sum((s * state[name] for s, state in zip(shares, states, strict=True)), torch.zeros(()))
            if value.is_floating_point()
            else value
            for name, value in states[0].items()
        }
    )
    return made.eval()


def measure_norms(network: Network, data: Data, graphs: Graphs, people: float = 0.5) -> None:
    """Set the statistics of batch normalisation to those of some batches as training makes them."""
    for norm in network.modules():
        if isinstance(norm, nn.BatchNorm1d):
            norm.reset_running_stats()
            norm.momentum = None  # a plain mean
    generator = random.Random(7)
    make = Batches(data, graphs, network.context)
    groups = batches(data, epoch(data, generator, False, people), 1500, generator)[:BATCHES]
    network.train()
    with torch.no_grad():
        for seed, group in enumerate(groups):
            network(make(group, seed).inputs)
    network.eval()


def main() -> None:
    """Write the mean."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--names", nargs="+", required=True)
    parser.add_argument(
        "--shares", nargs="+", type=float, help="of each; equal ones where they are not given"
    )
    parser.add_argument("--to", default="network")
    parser.add_argument("--mean-norms", action="store_true", help="do not measure the normalisation anew")
    arguments = parser.parse_args()
    networks = [load(arguments.cache / f"{name}.pt") for name in arguments.names]
    made = mean_network(networks, arguments.shares or [1 / len(networks)] * len(networks))
    if not arguments.mean_norms:
        data = Data(arguments.cache / "features")
        measure_norms(made, data, data.graphs(arguments.cache / "graphs.npz", 2))
    save(made, arguments.cache / f"{arguments.to}.pt", mean_of=arguments.names)


if __name__ == "__main__":
    main()
