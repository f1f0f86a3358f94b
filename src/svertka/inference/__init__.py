"""Using a trained network."""

from svertka.inference.predictor import Prediction, Predictor, predict

__all__ = ["Prediction", "Predictor", "predict"]
