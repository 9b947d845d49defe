"""The About tab's text."""

__all__ = ["ABOUT"]

ABOUT = """
### What it draws
The bundled model draws stickers, icons and emoji-like pictures of things that can be named, in five styles and on
eighteen plain backgrounds, at 256 × 256. Photographs, written words, crowded scenes and people you know are beyond it:
it gives the nearest thing that it can draw.

### What every picture carries
- An **invisible watermark**, read back before the picture is shown. Verify finds it, also after JPEG, resizing,
  cropping or a screenshot. That no mark is found says nothing about how a picture was made.
- Its **recipe** in the file, be it PNG, JPEG or WebP: prompt, seed and settings, readable by other programs too.
- **Content Credentials**, where this server signs them: a seal that any change to the file breaks.
- A **link** that holds the recipe and a hash of the pixels. Whoever opens it gets the same picture, kept or drawn
  again, and is told whether it is identical.

### What is kept
Your history stays in your browser. The server keeps pictures with their recipes for some days, seven where its owner
has set nothing else, so that a repeated wish and an opened link answer at once; its owner can turn that off. Whoever
has a picture from here can read its recipe in Verify for as long. The files of a visit are deleted within the hour.

### Keys
`Ctrl`+`Enter` generates, `Esc` cancels, `Tab` reaches everything.

### Programs
```python
from gradio_client import Client

client = Client("http://127.0.0.1:7860")
files, pictures = client.predict(prompt="a red apple, 3d render", seed=7, api_name="/generate")
```
`/verify` and `/embed` work the same way; *Use via API* below documents every argument.
"""
