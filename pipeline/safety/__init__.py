"""What is not drawn and not learned from: one list of unsafe concepts, for prompts and for training captions."""

from pipeline.safety.pictures import PictureScreen
from pipeline.safety.screen import CATEGORIES_FILE, CONCEPT_THRESHOLD, Refused, SafetyScreen, Screening

__all__ = ["CATEGORIES_FILE", "CONCEPT_THRESHOLD", "PictureScreen", "Refused", "SafetyScreen", "Screening"]
