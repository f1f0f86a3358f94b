"""Using a trained network."""

from svertka.inference.densifying import Dense, dense
from svertka.inference.loading import pretrained
from svertka.inference.predicting import predict, predictions
from svertka.inference.predictor import Prediction, Predictor
from svertka.inference.tiles import tiled

__all__ = ["Dense", "Prediction", "Predictor", "dense", "predict", "predictions", "pretrained", "tiled"]
