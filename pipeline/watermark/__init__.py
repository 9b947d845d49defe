"""The invisible watermark: `embed_checked` writes it and reads it back, `verify` finds it in whatever became of it."""

from pipeline.watermark.checked import WatermarkError, embed_checked
from pipeline.watermark.detect import Detection, verify
from pipeline.watermark.embed import embed
from pipeline.watermark.key import WatermarkKey, default_key, verification_keys

__all__ = ["Detection", "WatermarkError", "WatermarkKey", "default_key", "embed", "embed_checked"]
__all__ += ["verification_keys", "verify"]
