"""Using a trained network."""

from svertka.inference.predicting import predict, predictions
from svertka.inference.predictor import Prediction, Predictor
from svertka.inference.pretrained import pretrained

__all__ = ["Prediction", "Predictor", "predict", "predictions", "pretrained"]
