"""Networks as scikit-learn estimators: arrays in, `fit`, `predict`."""

import inspect
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import Tags
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from svertka.data.axes import guessed
from svertka.data.datasets import DataSet, Origin, measured
from svertka.data.samples import Arrays
from svertka.data.stores import OnDemand, blocks, silent
from svertka.errors import DataError, UnknownName
from svertka.inference import Predictor
from svertka.nn import device_of
from svertka.settings import TrainSettings
from svertka.training.fitting import fitted, with_rate
from svertka.training.preparing import prepare

FOREIGN = {"target", "pages", "max_pixels", "skip_bad", "test", "task", "colour", "save_every", "tensorboard"}
CHOICES = {name: field.default for name, field in TrainSettings.model_fields.items() if name not in FOREIGN}


def _signature() -> inspect.Signature:
    """What a constructor takes: a network, a shape, and every setting that makes sense for arrays."""
    own = [
        inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD),
        inspect.Parameter("variant", inspect.Parameter.POSITIONAL_OR_KEYWORD, default="auto"),
        inspect.Parameter("shape", inspect.Parameter.KEYWORD_ONLY, default=None),
    ]
    settings = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default) for name, default in CHOICES.items()
    ]
    return inspect.Signature([*own, *settings])


class _Estimator(BaseEstimator):  # type: ignore[misc]
    """What classifier and regressor share."""

    def __init__(self, variant: str = "auto", *, shape: Sequence[int] | None = None, **settings: Any) -> None:
        for name in settings:
            if name not in CHOICES:
                raise UnknownName("setting", name, CHOICES)
        self.variant = variant
        self.shape = shape
        for name, default in CHOICES.items():
            setattr(self, name, settings.get(name, default))

    # scikit-learn reads the parameters of an estimator from here.
    __init__.__signature__ = _signature()  # type: ignore[attr-defined]

    def _fit(self, data: DataSet) -> None:
        settings = TrainSettings(test=0).but(**{name: getattr(self, name) for name in CHOICES})
        ready, _ = with_rate(prepare(self.variant, data, settings, device_of(settings.device), silent))
        self.predictor_: Predictor = fitted(ready)

    def _answers(self, images: ArrayLike) -> NDArray[np.float64]:
        check_is_fitted(self)
        samples = self._samples(self._checked(images, reset=False))
        store = OnDemand(samples, self.predictor_.preprocess)
        return np.concatenate(
            [self.predictor_.of(store.take(indices)) for indices in blocks(len(samples), store.preprocess)]
        )

    def _checked(self, images: ArrayLike, *, reset: bool) -> NDArray[Any]:
        return np.asarray(
            validate_data(self, images, skip_check_array=False, reset=reset, allow_nd=True, dtype="numeric")
        )

    def _samples(self, images: NDArray[Any]) -> Arrays:
        images = images.astype(np.float32) if images.dtype.kind == "f" else images
        if self.shape is not None:
            if int(np.prod(self.shape)) != images[0].size:
                raise DataError(
                    f"samples have {images[0].size} values, which do not fill a shape of {tuple(self.shape)}"
                )
            images = images.reshape(len(images), *self.shape)
        axes = getattr(self, "axes", None) or "N" + guessed(images.shape[1:])
        return Arrays({"X": images}, axes)


class Classifier(ClassifierMixin, _Estimator):  # type: ignore[misc]
    """A network that learns classes from arrays.

    Args:
        variant: a network's name, or auto for one that suits the images.
        shape: the shape of one sample, where `X` holds them as flat rows, as `(8, 8)`.
        **settings: the choices of `svertka.train`, by the same names and with the same defaults.

    `X` is `(samples, *sizes)`, with an axis for channels before or behind the sizes if there are several; rows of
    numbers without a `shape` are signals. A tenth is held back for validation, see `val`.

    >>> from sklearn.datasets import load_digits
    >>> images, labels = load_digits(return_X_y=True)
    >>> Classifier("linear", shape=(8, 8), epochs=5).fit(images, labels).score(images, labels) > 0.9
    True
    """

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:  # noqa: N803 - scikit-learn's names
        """Learn from samples and their classes.

        Raises:
            DataError, ShapeError, SettingError: as `svertka.train`.
        """
        images, labels = validate_data(self, X, y, allow_nd=True, dtype="numeric")
        check_classification_targets(labels)
        self.classes_, targets = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise DataError(f"there is one class only ({self.classes_[0]}); classification needs two or more")
        origin = Origin("arrays", "", "arrays", self._samples(images))
        names = tuple(map(str, self.classes_))
        self._fit(DataSet("arrays", "", "arrays", origin.samples, targets.astype(np.int64), names, (), origin.marks()))
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        """The probability of each class, `(samples, classes)`, in the order of `classes_`."""
        return self._answers(X)

    def predict(self, X: ArrayLike) -> NDArray[Any]:  # noqa: N803
        """The likeliest class of each sample."""
        places = self._answers(X).argmax(axis=1)
        return np.asarray(self.classes_[places])


class Regressor(RegressorMixin, _Estimator):  # type: ignore[misc]
    """A network that learns numbers from arrays; see `Classifier` for its arguments.

    `y` is `(samples,)`, or `(samples, columns)` for several numbers at once.
    """

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:  # noqa: N803
        """Learn from samples and their numbers.

        Raises:
            DataError, ShapeError, SettingError: as `svertka.train`.
        """
        images, values = validate_data(self, X, y, allow_nd=True, dtype="numeric", multi_output=True, y_numeric=True)
        self.flat_ = values.ndim == 1
        origin = Origin("arrays", "", "arrays", self._samples(images))
        columns = [f"y{place}" for place in range(1 if self.flat_ else values.shape[1])]
        self._fit(measured(origin, values, columns))
        return self

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def predict(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        """The numbers of each sample, in the shape they were learned in."""
        answers = self._answers(X)
        return answers[:, 0] if self.flat_ else answers
