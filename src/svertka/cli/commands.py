"""The verbs: each makes one call to a public function and says what came of it.

What needs torch is imported inside, so that help and errors of usage come at once.
"""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from svertka.cli.figures import figures
from svertka.cli.output import Output, Row, amount, facts, table
from svertka.errors import SettingError
from svertka.settings import (
    OFF,
    DataSettings,
    EvaluateSettings,
    FactorSettings,
    FilterSettings,
    OptimiseSettings,
    PredictSettings,
    ReproduceSettings,
    Sizes,
    TrainSettings,
    read_settings,
)

PLAIN = Output()


def zoo(
    *,
    markdown: Annotated[bool, OFF] = False,
    plot: Path | None = None,
    scores: Path | None = None,
    output: Output = PLAIN,
) -> None:
    """List the networks, with what each costs for one image of its published size.

    Parameters
    ----------
    markdown
        Write the page docs/zoo.md.
    plot
        A picture to draw (.png, .svg or .pdf): published accuracies against multiply-adds, areas for parameters.
    scores
        A table .csv with a column network and one of numbers, to be drawn instead.
    """
    from svertka import measure
    from svertka.cli.pages import zoo_page
    from svertka.geometry import times
    from svertka.zoo import variants

    rows = [(variant, measure.macs_of(variant)) for variant in variants()]
    if markdown:
        sys.stdout.write(zoo_page(rows))
        return
    if plot is not None:
        from svertka.cli.charts import draw_balls

        answer = draw_balls(rows, plot, scores)
        output.answer(answer, facts(list(answer.items())))
        return
    document = [
        {
            "name": variant.name, "year": variant.year, "task": variant.task, "parameters": variant.parameters,
            "macs": macs, "input": variant.sample, "classes": variant.classes, "paper": variant.paper,
            "summary": variant.summary,
        }
        for variant, macs in rows
    ]  # fmt: skip
    cells = [
        [variant.name, str(variant.year), variant.parameters, amount(macs), times(variant.sample), variant.paper]
        for variant, macs in rows
    ]
    output.answer(
        document, table(["network", "year", "parameters", "MACs", "image", "paper"], cells, texts="network paper")
    )


def cost(
    variant: str | None = None,
    /,
    *,
    size: Sizes | None = None,
    classes: int | None = None,
    channels: int | None = None,
    space: Literal["line", "plane", "volume"] | None = None,
    layers: Annotated[bool, OFF] = False,
    compare: Annotated[list[str] | None, Parameter(consume_multiple=True, negative="")] = None,
    sight: Path | None = None,
    layer: str = "body",
    output: Output = PLAIN,
) -> None:
    """Count what one image costs in a network: parameters, multiply-adds (MACs), memory, and what each layer sees.

    Parameters
    ----------
    variant
        A network's name; `svertka zoo` lists them.
    size
        The image's size, as 96 or 96x128. By default as published.
    classes
        How many classes it tells apart. By default as published.
    channels
        How many channels the images have. By default as published.
    space
        Signals, images or volumes. By default as published.
    layers
        List every layer.
    compare
        Networks to set side by side.
    sight
        A picture to draw (.png, .svg or .pdf): how much each place of the image moves the middle of a layer, in a fresh
        network (the effective receptive field), and the border of what it can see.
    layer
        The layer for that picture; --layers lists them.
    """
    from svertka import measure
    from svertka.cli import costs
    from svertka.nn import SPACES

    names = [name for name in [variant, *(compare or [])] if name]
    if not names:
        raise SettingError("cost wants the name of a network; svertka zoo lists them")
    where = SPACES[space] if space else None
    prices = [measure.cost(name, size=size, classes=classes, channels=channels, space=where) for name in names]
    if len(prices) > 1:
        output.answer([asdict(price) for price in prices], costs.side_by_side(prices))
        return
    if sight is not None:
        from svertka.cli.charts import draw_sight

        answer = draw_sight(prices[0], sight, layer, space=where)
        output.answer(answer, facts(list(answer.items())))
        return
    output.answer(asdict(prices[0]), costs.by_layer(prices[0]) if layers else costs.summed(prices[0]))


def check(data: str, /, *, settings: DataSettings = DataSettings(), output: Output = PLAIN) -> int:  # noqa: B008
    """Read every image of a data set and say what there is, and what is wrong.

    The exit code is 1 where something would keep it from being trained on.

    Parameters
    ----------
    data
        A name (digits), or a path: a folder with a folder of images for each class, MNIST's IDX files, .npz, .npy,
        .h5, or a table .csv or .jsonl.
    """
    from svertka.cli.screen import counting
    from svertka.data.checking import check as checked
    from svertka.data.sets import open_data

    console = output.console()
    with counting(console, "reading", quiet=output.quiet) as progress:
        found = checked(open_data(data, settings), progress)
    cells: list[Row] = [
        ["data", found.name],
        ["layout", found.layout],
        ["images", found.samples],
        ["sizes", found.sizes],
        ["channels", ", ".join(map(str, found.channels))],
        ["colours", ", ".join(found.colours)],
        ["pixels", ", ".join(found.dtypes)],
        ["values", "–" if found.range is None else f"{found.range[0]:.6g} to {found.range[1]:.6g}"],
        *[(f"part {name}", count) for name, count in found.parts.items()],
        *[(f"class {name}", count) for name, count in found.classes.items()],
        *[(f"number {name}", f"{low:.6g} to {high:.6g}") for name, (low, high) in found.numbers.items()],
        *[("remark", remark) for remark in found.remarks],
        *[("problem", problem) for problem in found.problems],
    ]
    output.answer(asdict(found), facts(cells))
    return 1 if found.problems else 0


def train(
    variant: str = "auto",
    data: str | None = None,
    run: Path | None = None,
    /,
    *,
    config: Path | None = None,
    overwrite: Annotated[bool, OFF] = False,
    settings: TrainSettings = TrainSettings(),  # noqa: B008 - frozen
    output: Output = PLAIN,
) -> None:
    """Train a network on your images, test it on some of them held back, and write a run folder with a report.

    Without a word it trains on handwritten digits. Ctrl-C stops it, and `svertka resume` goes on.

    Parameters
    ----------
    variant
        A network's name (`svertka zoo` lists them), or auto for one that suits the images. Or a run folder, to start
        from its network and weights, at a tenth of the usual rate for a fifth of the usual epochs.
    data
        A name (digits), or a path: a folder with a folder of images for each class, MNIST's IDX files, .npz, .npy,
        .h5, or a table .csv or .jsonl. By default digits, or what the run was trained on, with the same split.
    run
        The folder to make. By default runs/NETWORK-DATA.
    config
        A TOML file with settings, as settings.toml of another run. What is said here goes before it.
    overwrite
        Replace a run that is there.
    """
    from svertka import training
    from svertka.cli import starts
    from svertka.cli.watching import watching

    starts.check_order(variant)
    data, run = starts.sorted_out(variant, data, run)
    if config is not None:
        settings = read_settings(config).but(**settings.model_dump(include=settings.model_fields_set))
    console = output.console()
    with watching(console, quiet=output.quiet) as watch:
        made = training.train(variant, data, run, overwrite=overwrite, settings=settings, watch=watch)
    _answer_run(made.path, output)


def factor(
    run: Path,
    out: Path | None = None,
    /,
    *,
    overwrite: Annotated[bool, OFF] = False,
    settings: FactorSettings = FactorSettings(),  # noqa: B008 - frozen
    output: Output = PLAIN,
) -> None:
    """Make a trained network cheaper: two cheap layers for each dear one. `svertka train RUN` wins back what is lost.

    Parameters
    ----------
    run
        The run folder.
    out
        The run folder to make. By default that of the run with -factored behind its name.
    overwrite
        Replace a run that is there.
    """
    from svertka import factoring
    from svertka.cli import factors
    from svertka.cli.screen import counting

    console = output.console()
    with counting(console, "evaluating", quiet=output.quiet) as progress:
        made = factoring.factor(run, out, overwrite=overwrite, settings=settings, progress=progress)
    found = made.factoring or {}
    output.answer({"run": str(made.path), "factoring": found}, factors.told(found, str(made.path)))


def resume(run: Path, /, *, output: Output = PLAIN) -> None:
    """Go on with an interrupted training, to the same weights as without the interruption.

    Parameters
    ----------
    run
        The run folder.
    """
    from svertka import training
    from svertka.cli.watching import watching

    console = output.console()
    with watching(console, quiet=output.quiet) as watch:
        made = training.resume(run, watch=watch)
    _answer_run(made.path, output)


def evaluate(
    run: Path,
    data: str | None = None,
    /,
    *,
    out: Path | None = None,
    settings: EvaluateSettings = EvaluateSettings(),  # noqa: B008 - frozen
    output: Output = PLAIN,
) -> None:
    """Test a trained network on data whose truth is known, and write report.json and report.html.

    Parameters
    ----------
    run
        The run folder.
    data
        A name or a path, as for training. By default the test part of what the network was trained on.
    out
        The folder for the report. By default the run's own, or reports/DATA in it for other data.
    """
    from svertka import evaluation
    from svertka.cli.screen import counting

    console = output.console()
    with counting(console, "evaluating", quiet=output.quiet) as progress:
        made = evaluation.evaluate(run, data, out=out, settings=settings, progress=progress)
    report = made.report.model_dump()
    document = {"html": str(made.html), "json": str(made.json), "report": report}
    output.answer(document, facts([*figures(report), ("report", str(made.html))]))


def predict(
    run: Path,
    inputs: list[Path],
    /,
    *,
    out: Path | None = None,
    overwrite: Annotated[bool, OFF] = False,
    settings: PredictSettings = PredictSettings(),  # noqa: B008 - frozen
    output: Output = PLAIN,
) -> None:
    """Say what a trained network makes of images, as CSV; masks, maps, frames and sounds go into files.

    Parameters
    ----------
    run
        The run folder.
    inputs
        Image files, folders of them (to the bottom), arrays .npy, .npz or .h5, MNIST's IDX files, tables .csv or .jsonl
        with a column of paths, or the name of a data set (digits). For a forecast: sequences of frames. For sounds:
        names of classes, or sounds to be continued.
    out
        A file to write: .csv, .json or .jsonl; by default the screen. For masks, maps, frames and sounds: a folder.
        With --tile: the file of the mask or map, as .tif, .fits, .zarr or .npy.
    overwrite
        Replace files that are there.
    """
    if settings.tile is not None or settings.scheduler is not None:
        from svertka.cli import tiles

        tiles.answer(run, inputs, out, overwrite=overwrite, settings=settings, output=output)
        return
    from svertka.cli.contents import stored
    from svertka.cli.listing import WRITERS, saved, shown
    from svertka.cli.screen import counting
    from svertka.inference import Predictor, predictions
    from svertka.runs import open_run

    console = output.console()
    predictor = Predictor.load(open_run(run), settings.device)
    found = predictions(predictor, inputs, settings)
    if out is None:
        shown(found, json=output.json_)
        return
    with counting(console, "predicting", quiet=output.quiet) as progress:
        of_places = settings.dense or predictor.facts.task not in ("classify", "regress")
        if of_places and out.suffix not in WRITERS:
            count = stored(found, out, rate=predictor.facts.rate, overwrite=overwrite, progress=progress)
        else:
            count = saved(found, out, overwrite=overwrite, progress=progress)
    output.answer({"out": str(out), "images": count}, facts([("predictions", count), ("file", str(out))]))


def optimise(
    run: Path,
    /,
    *,
    undo: Annotated[bool, OFF] = False,
    settings: OptimiseSettings = OptimiseSettings(),  # noqa: B008 - frozen
    output: Output = PLAIN,
) -> None:
    """Find the fastest engine for a trained network on this machine; predict and evaluate use it from then on.

    Every engine's answers are compared with the network's on the run's own images, and ones that differ are refused.

    Parameters
    ----------
    run
        The run folder.
    undo
        Forget the engine that was found, and find no other.
    """
    from svertka import deploying, engines
    from svertka.cli.engines import told
    from svertka.cli.screen import counting
    from svertka.runs import open_run

    console = output.console()
    if undo:
        there = engines.drop(open_run(run))
        output.answer({"run": str(run), "forgotten": there}, "forgotten" if there else "there was no engine")
        return
    with counting(console, "engines", quiet=output.quiet) as progress:
        found = deploying.optimise(run, settings=settings, progress=progress)
    output.answer(found.document(), told(found))


def export(
    run: Path,
    out: Path,
    /,
    *,
    with_preprocessing: Annotated[bool, OFF] = False,
    overwrite: Annotated[bool, OFF] = False,
    output: Output = PLAIN,
) -> None:
    """Write a trained network into a file that runs without svertka, and compare it with the network.

    Parameters
    ----------
    run
        The run folder.
    out
        The file: .onnx, OpenVINO's .xml with its .bin, or torch's .pt2.
    with_preprocessing
        Pixels go in as files hold them, at the network's size; probabilities, or numbers in their own units, come out.
        By default normalised images go in and raw scores come out.
    overwrite
        Replace files that are there.
    """
    from svertka import deploying
    from svertka.cli.engines import written

    output.console()
    made = deploying.export(run, out, with_preprocessing=with_preprocessing, overwrite=overwrite)
    output.answer(asdict(made), written(made))


def filter_(
    name: str | None = None,
    image: Path | None = None,
    out: Path | None = None,
    /,
    *,
    kernel: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None,
    list_: Annotated[bool, OFF, Parameter(name="--list")] = False,
    show: Path | None = None,
    overwrite: Annotated[bool, OFF] = False,
    settings: FilterSettings = FilterSettings(),  # noqa: B008 - frozen
    output: Output = PLAIN,
) -> None:
    """Filter images of any size and depth: blur, sharpen, edges, textures, or a kernel of your own.

    Large TIFF, FITS and .npy are filtered strip by strip, in little memory.

    Parameters
    ----------
    name
        A filter's name; --list tells them. With --kernel there is none, and the image comes first.
    image
        An image, or a folder of images.
    out
        Where to write; the ending says the format. For a folder a folder, in which files keep their names.
    kernel
        The numbers of a kernel instead, rows with semicolons between them: "-1 0 1; -2 0 2; -1 0 1".
    list_
        List the filters.
    show
        A picture to draw (.png, .svg or .pdf): the image before and after; of a folder the first.
    overwrite
        Replace files that are there.
    """
    from svertka.cli import filters

    if list_:
        output.answer(filters.listed(), filters.table_of_filters())
        return
    what, source, place = filters.meant(name, image, out, kernel)
    filters.answer(what, source, place, show=show, overwrite=overwrite, settings=settings, output=output)


def reproduce(
    name: str | None = None,
    out: Path | None = None,
    /,
    *,
    list_: Annotated[bool, OFF, Parameter(name="--list")] = False,
    overwrite: Annotated[bool, OFF] = False,
    settings: ReproduceSettings = ReproduceSettings(),  # noqa: B008 - frozen
    output: Output = PLAIN,
) -> None:
    """Try a claim of the literature again: a folder with a table, published beside reached, and a picture.

    Parameters
    ----------
    name
        The claim's name; --list tells them.
    out
        The folder to make. By default claims/NAME-SIZE.
    list_
        List the claims.
    overwrite
        Replace a claim that is there.
    """
    from svertka import claims
    from svertka.cli import trials

    if list_:
        output.answer(trials.listed(), trials.table_of_claims())
        return
    if name is None:
        raise SettingError("reproduce wants the name of a claim; svertka reproduce --list lists them")
    output.console()
    made = claims.reproduce(name, out, overwrite=overwrite, settings=settings)
    output.answer({"folder": str(made.path), **made.about}, trials.told(made))


def _answer_run(path: Path, output: Output) -> None:
    from svertka.runs import Run

    report = Run(path).report
    cells = [*figures(report), ("report", str(path / "report.html")), ("run", str(path))]
    output.answer({"run": str(path), "report": report}, facts(cells))
