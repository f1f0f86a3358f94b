"""Using a trained network."""

from svertka.inference.loading import pretrained
from svertka.inference.predicting import predict, predictions
from svertka.inference.predictor import Prediction, Predictor

__all__ = ["Prediction", "Predictor", "predict", "predictions", "pretrained"]
