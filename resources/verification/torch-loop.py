"""The timing loop that a person would write in PyTorch, over the shapes that Batchscope verifies a GPU with.

It stands beside Batchscope's own figures, to show that both measure the same machine. Each line of its standard output
is one JSON object: `settings` first, then a `row` for every model and batch size, `end` last; or `unavailable` alone.
Nothing but PyTorch is needed. Float32 throughout; whether matrix products may be rounded to TF32 is told in `settings`.
"""

import argparse
import json
import os
import sys
import time


def say(kind, **fields):
    print(json.dumps({"line": kind, **fields}), flush=True)


# Devices are numbered as the driver and Batchscope number them; CUDA's own default puts the fastest first.
os.environ["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"

try:
    import torch
    from torch import nn
except Exception as error:  # A broken installation throws more than ImportError.
    say("unavailable", reason=f"PyTorch cannot be imported: {str(error).splitlines()[0] if str(error) else error!r}")
    sys.exit(3)


class Bottleneck(nn.Module):
    """1 x 1, 3 x 3, 1 x 1, each with batch normalisation, and a shortcut (He et al. 2016; stride in the 3 x 3)."""

    def __init__(self, channels, inner, stride):
        super().__init__()
        outer = 4 * inner
        self.branch = nn.Sequential(
            nn.Conv2d(channels, inner, 1, bias=False),
            nn.BatchNorm2d(inner),
            nn.ReLU(inplace=True),
            nn.Conv2d(inner, inner, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(inner),
            nn.ReLU(inplace=True),
            nn.Conv2d(inner, outer, 1, bias=False),
            nn.BatchNorm2d(outer),
        )
        self.shortcut = nn.Identity()
        if channels != outer or stride != 1:
            self.shortcut = nn.Sequential(
                nn.Conv2d(channels, outer, 1, stride=stride, bias=False), nn.BatchNorm2d(outer)
            )
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.relu(self.branch(x) + self.shortcut(x))


def resnet_50():
    layers = [
        nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(3, stride=2, padding=1),
    ]
    channels = 64
    for stage, (blocks, inner) in enumerate([(3, 64), (4, 128), (6, 256), (3, 512)]):
        for block in range(blocks):
            layers.append(Bottleneck(channels, inner, 2 if stage > 0 and block == 0 else 1))
            channels = 4 * inner
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 1000))


class BertBase(nn.Module):
    """12 layers of 768 with 12 heads; gives the pooled first token (Devlin et al. 2019)."""

    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(30522, 768)
        self.positions = nn.Parameter(torch.zeros(1, 128, 768))
        self.norm = nn.LayerNorm(768, eps=1e-12)
        layer = nn.TransformerEncoderLayer(768, 12, 3072, dropout=0.0, activation="gelu", batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 12, enable_nested_tensor=False)
        self.pooler = nn.Linear(768, 768)

    def forward(self, ids):
        hidden = self.encoder(self.norm(self.tokens(ids) + self.positions))
        return torch.tanh(self.pooler(hidden[:, 0]))


MODELS = {
    "resnet-50": (resnet_50, lambda batch: torch.randn(batch, 3, 224, 224)),
    "bert-base": (BertBase, lambda batch: torch.randint(0, 30522, (batch, 128))),
}


def timed(call, device, at_least, at_most):
    """A plain loop around the call, waiting for the device each time: the seconds of each, and of all together."""
    for _ in range(3):
        call()
    torch.cuda.synchronize(device)
    times = []
    began = time.perf_counter()
    while True:
        start = time.perf_counter()
        call()
        torch.cuda.synchronize(device)
        now = time.perf_counter()
        times.append(now - start)
        if now - began >= at_most or (now - began >= at_least and len(times) >= 10):
            return times, now - began


def measure(model, make_input, batch, device, at_least, at_most):
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats(device)
    on_host = make_input(batch)
    on_device = on_host.to(device)
    figures = {}
    with torch.inference_mode():
        # As the plain script has it: the input lies on the device, and the output stays there.
        for name, call in (
            ("resident", lambda: model(on_device)),
            ("fed", lambda: model(on_host.to(device)).cpu()),
        ):
            times, window = timed(call, device, at_least, at_most)
            middle = sorted(times)[len(times) // 2]
            figures[name] = {
                "calls": len(times),
                "itemsPerSecond": batch * len(times) / window,
                "medianMs": 1000 * middle,
            }
    figures["peakAllocatedBytes"] = torch.cuda.max_memory_allocated(device)
    figures["peakReservedBytes"] = torch.cuda.max_memory_reserved(device)
    return figures


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--model", action="append", default=[], metavar="NAME=SIZES", help="resnet-50=1,2,4")
    options.add_argument("--device", type=int, default=0)
    options.add_argument("--seconds", type=float, default=60.0, help="begin nothing after this long")
    options.add_argument("--at-least", type=float, default=0.3, help="time each at least so long, in s")
    options.add_argument("--at-most", type=float, default=1.0, help="and at most so long, in s")
    asked = options.parse_args()
    began = time.perf_counter()

    if not torch.cuda.is_available():
        say("unavailable", reason=f"PyTorch {torch.__version__} is here, but it finds no CUDA device.")
        return 3
    if asked.device >= torch.cuda.device_count():
        say("unavailable", reason=f"PyTorch sees no CUDA device {asked.device}.")
        return 3
    device = torch.device("cuda", asked.device)
    # ONNX Runtime's CUDA provider allows TF32 by default: the same here, so that like stands beside like.
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    say(
        "settings",
        python=sys.version.split()[0],
        torch=torch.__version__,
        cuda=torch.version.cuda,
        cudnn=torch.backends.cudnn.version(),
        device=torch.cuda.get_device_name(device),
        tf32={"matmul": torch.backends.cuda.matmul.allow_tf32, "cudnn": torch.backends.cudnn.allow_tf32},
        cudnnBenchmark=torch.backends.cudnn.benchmark,
    )
    torch.manual_seed(1)
    for name, sizes in (text.split("=") for text in asked.model):
        build, make_input = MODELS[name]
        model = build().eval().to(device)
        parameters = sum(weight.numel() for weight in model.parameters())
        for batch in map(int, sizes.split(",")):
            if time.perf_counter() - began > asked.seconds:
                say("row", model=name, batch=batch, outcome="no-time")
                continue
            try:
                figures = measure(model, make_input, batch, device, asked.at_least, asked.at_most)
                say("row", model=name, parameters=parameters, batch=batch, outcome="completed", **figures)
            except torch.cuda.OutOfMemoryError:
                say("row", model=name, batch=batch, outcome="out-of-memory")
                break
        del model
        torch.cuda.empty_cache()
    say("end", seconds=time.perf_counter() - began)
    return 0


if __name__ == "__main__":
    sys.exit(main())
