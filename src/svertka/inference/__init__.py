"""Using a trained network."""

from svertka.inference.loading import pretrained
from svertka.inference.predicting import predict, predictions
from svertka.inference.predictor import Prediction, Predictor
from svertka.inference.tiles import tiled

__all__ = ["Prediction", "Predictor", "predict", "predictions", "pretrained", "tiled"]
