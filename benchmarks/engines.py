"""The engine that svertka chooses, against torch, torch.compile, ONNX Runtime and OpenVINO called plainly, in turns.

    python benchmarks/engines.py [--threads 2] [--repeats 7] [--compile] [--size 224] [--cases latency-1] [--markdown]
                                 [NETWORK ...]

Each peer is called as its users call it, in float32: torch on the network as it is built, the others on the ONNX file
that torch writes of it for this batch. `latency-N` is one call with N images, `throughput` 64 images: peers take them
in calls of 16, and OpenVINO once more by its own asynchronous queue, image by image. `pixels` is latency from bytes:
everybody normalises them with torch first, ours as a run with an engine does, on one thread. A number is the median of
a peer's times over that of ours: above 1 ours is faster. All have to give the same scores before anything is timed.
Last is the geometric mean over all networks of the ratio to the best peer. Short calls are made one after another: of
four the first is not counted.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from statistics import geometric_mean, median
from time import sleep
from typing import Any

import torch
from torch import Tensor, nn

import svertka
from svertka.data.preprocess import Preprocess
from svertka.deploying.candidates import Workshop
from svertka.deploying.measuring import timed
from svertka.deploying.optimising import ORIGINAL, measured, winner
from svertka.deploying.sampling import random
from svertka.engines import Conversion
from svertka.engines.kept import Started
from svertka.engines.onnxruntime import convert
from svertka.inference import Predictor
from svertka.nn import laid_out
from svertka.runs import Facts
from svertka.settings import OptimiseSettings

NAMES = (
    "alexnet", "squeezenet1_1", "googlenet", "resnet18", "resnet50", "resnext50_32x4d", "densenet121", "vgg16",
    "mobilenet_100", "seresnet50",
)  # fmt: skip
CPU = torch.device("cpu")
MANY, CALL = 64, 16
CASES = {"latency-1": 1, "latency-16": CALL, "throughput": MANY}  # images
Job = Callable[[Tensor], Tensor]


def main() -> None:
    """Print a table, and everything as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--compile", action="store_true", help="with torch.compile, which takes minutes")
    parser.add_argument("--cases", nargs="*", choices=[*CASES], default=[*CASES])
    parser.add_argument("--markdown", action="store_true")
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    rows = []
    for name in chosen.names:
        for row in compared(name, chosen):
            rows.append(row)
            show(row, markdown=chosen.markdown)
    for case in dict.fromkeys(row["case"] for row in rows):
        best = [min(row["ratios"].values()) for row in rows if row["case"] == case]
        print(f"{case}: {geometric_mean(best):.3f} times the best peer (geometric mean of {len(best)} networks)")
    print(json.dumps({"benchmark": "engines", "threads": chosen.threads, "size": chosen.size, "rows": rows}))


def compared(name: str, chosen: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Every case of one network."""
    torch.manual_seed(0)
    predictor = predictor_of(name, chosen.size)
    for case, batch in ((case, CASES[case]) for case in chosen.cases):
        ours, what, normal = fastest(predictor, batch, chosen)
        peers = peers_of(predictor.network, min(batch, CALL), chosen, queue=case == "throughput")
        noise = random(predictor, batch)
        jobs = {who: partly(job, noise.images, min(batch, CALL)) for who, job in peers.items()}
        jobs["ours"] = partly(ours, noise.images, batch)
        yield {"name": name, "case": case, "engine": what, **ratios(jobs, chosen)}
        if case != "throughput":
            usual = predictor.preprocess.normal
            jobs = {who: behind(job, usual, noise.pixels) for who, job in peers.items()}
            jobs["ours"] = behind(ours, normal, noise.pixels)
            yield {"name": name, "case": f"pixels {batch}", "engine": what, **ratios(jobs, chosen)}


def predictor_of(name: str, size: int) -> Predictor:
    """A fresh network with ImageNet's preprocessing."""
    network = laid_out(svertka.build(name).eval(), CPU)
    preprocess = Preprocess(
        colour="rgb", channels=3, model="rgb", dtype="uint8", fill=None, pages="auto", sizes=(size, size),
        resize="cover", scale=255.0, mean=(0.485, 0.456, 0.406), deviation=(0.229, 0.224, 0.225),
    )  # fmt: skip
    facts = Facts(
        variant=name, task="classify", outputs=1000, channels=3, space="plane", sizes=(size, size), target_mean=(),
        target_deviation=(), svertka=svertka.__version__, torch=torch.__version__,
    )  # fmt: skip
    return Predictor(network, preprocess, tuple(map(str, range(1000))), facts, CPU)


def fastest(predictor: Predictor, batch: int, chosen: argparse.Namespace) -> tuple[Job, str, Job]:
    """What `svertka optimise` would take for calls of so many images, and how a run with it normalises pixels."""
    names = ["torch", "vectors", *(["compile"] if chosen.compile else []), "onnxruntime", "openvino"]
    images = random(predictor, batch)
    workshop = Workshop(predictor.network, images.images, None)
    found = measured(
        predictor, workshop, images, OptimiseSettings(changes=0.99), names=names, batch=batch, threads=chosen.threads,
        progress=lambda done, total: None,
    )  # fmt: skip
    best = winner(found)
    if best.candidate is None:
        return predictor.scores, ORIGINAL, predictor.normal
    made = workshop.started(best.candidate)
    assert not isinstance(made, str)
    started = Started(made[1], (batch, *images.images.shape[1:]))
    return made[1], best.row.name, replace(predictor, engine=started).normal


def peers_of(network: nn.Module, batch: int, chosen: argparse.Namespace, *, queue: bool) -> dict[str, Job]:
    """Everybody else, called plainly."""
    example = torch.randn(batch, 3, chosen.size, chosen.size)
    plain = network.to(memory_format=torch.contiguous_format)
    content = convert(Conversion(plain, example))
    found: dict[str, Job] = {"torch": eager(plain), **runtimes(content, example, chosen.threads, queue=queue)}
    if chosen.compile:
        found["torch.compile"] = eager(torch.compile(plain))
    expected = eager(plain)(example)
    for who, job in found.items():
        scores = job(example)
        assert float((scores - expected).abs().max()) < 1e-3 * float(expected.std()), who
    return found


def eager(network: Any) -> Job:
    """Torch, as it is."""

    def scores(images: Tensor) -> Tensor:
        with torch.inference_mode():
            return network(images)

    return scores


def runtimes(content: bytes, example: Tensor, threads: int, *, queue: bool) -> dict[str, Job]:
    """ONNX Runtime and OpenVINO on one ONNX file."""
    import onnxruntime
    import openvino

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    core = openvino.Core()
    model = core.read_model(content)
    model.reshape(list(example.shape))
    settings: dict[str, Any] = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads}
    compiled = core.compile_model(model, "CPU", {**settings, "PERFORMANCE_HINT": "LATENCY"})
    found: dict[str, Job] = {
        "onnxruntime": lambda images: torch.from_numpy(session.run(None, {"images": images.numpy()})[0]),
        "openvino": lambda images: torch.from_numpy(compiled(images.numpy())[0]),
    }
    if queue:
        single = core.read_model(content)
        single.reshape([1, *example.shape[1:]])
        several = core.compile_model(single, "CPU", {**settings, "PERFORMANCE_HINT": "THROUGHPUT"})
        found["openvino queue"] = queued(openvino.AsyncInferQueue(several))
    return found


def queued(queue: Any) -> Job:
    """OpenVINO's own way to many images."""

    def scores(images: Tensor) -> Tensor:
        found: dict[int, Any] = {}
        queue.set_callback(lambda request, place: found.__setitem__(place, request.get_output_tensor().data.copy()))
        for place in range(len(images)):
            queue.start_async([images[place : place + 1].numpy()], place)
        queue.wait_all()
        return torch.cat([torch.from_numpy(found[place]) for place in range(len(images))])

    return scores


def partly(job: Job, images: Tensor, batch: int) -> Callable[[], Tensor]:
    """All images in calls of so many."""
    return lambda: torch.cat([job(chunk) for chunk in torch.split(images, batch)])


def behind(job: Job, normal: Job, pixels: Tensor) -> Callable[[], Tensor]:
    """One call from bytes."""
    return lambda: job(normal(pixels))


def ratios(jobs: Mapping[str, Callable[[], Tensor]], chosen: argparse.Namespace) -> dict[str, Any]:
    """The median of each peer's times over that of ours."""
    times: dict[str, list[float]] = {who: [] for who in jobs}
    for job in jobs.values():
        job()
    for turn in range(chosen.repeats):
        for who in list(jobs)[:: 1 if turn % 2 else -1]:
            sleep(0.3)  # until threads that wait by spinning have come to rest
            times[who].append(timed(jobs[who]))
    typical = {who: median(found) for who, found in times.items()}
    ours = typical.pop("ours")
    return {"ms": 1000 * ours, "ratios": {who: each / ours for who, each in typical.items()}}


def show(row: Mapping[str, Any], *, markdown: bool) -> None:
    """One line of the table."""
    cells = [row["name"], row["case"], row["engine"], f"{row['ms']:.1f} ms"]
    cells += [f"{who} {ratio:.2f}" for who, ratio in row["ratios"].items()]
    print("| " + " | ".join(cells) + " |" if markdown else "  ".join(cells), flush=True)


if __name__ == "__main__":
    main()
