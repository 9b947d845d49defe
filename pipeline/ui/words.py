"""The page's own labels in English, German and Spanish; the browser's language decides which are shown.

The keys are the English words. Prompts stay in English, which is the model's language, and so do the style names.
"""

import gradio as gr
from gradio.i18n import I18nData

__all__ = ["TRANSLATIONS", "say", "translations"]

# English: (German, Spanish)
TRANSLATIONS = {
    "Create": ("Zeichnen", "Crear"),
    "Verify": ("Prüfen", "Verificar"),
    "History": ("Verlauf", "Historial"),
    "About": ("Über Easel", "Acerca de"),
    "Light / dark": ("Hell / dunkel", "Claro / oscuro"),
    "Prompt": ("Beschreibung", "Descripción"),
    "Style": ("Stil", "Estilo"),
    "Background": ("Hintergrund", "Fondo"),
    "Generate": ("Zeichnen", "Generar"),
    "Cancel": ("Abbrechen", "Cancelar"),
    "Seed": ("Startwert", "Semilla"),
    "New seed": ("Neuer Startwert", "Nueva semilla"),
    "Keep": ("Behalten", "Mantener"),
    "Pictures": ("Bilder", "Imágenes"),
    "Reference pictures": ("Vorbilder", "Imágenes de referencia"),
    "Up to 5 pictures": ("Bis zu 5 Bilder", "Hasta 5 imágenes"),
    "How they are combined": ("Wie sie verbunden werden", "Cómo se combinan"),
    "Average": ("Mittelwert", "Promedio"),
    "Strongest features": ("Stärkste Merkmale", "Rasgos más fuertes"),
    "Attention": ("Aufmerksamkeit", "Atención"),
    "Gated attention": ("Gesteuerte Aufmerksamkeit", "Atención con compuerta"),
    "Similarity": ("Ähnlichkeit", "Similitud"),
    "1 ignores the prompt's own idea": (
        "1 lässt die Idee der Beschreibung beiseite",
        "1 ignora la idea de la descripción",
    ),
    "More settings": ("Weitere Einstellungen", "Más ajustes"),
    "Leave out": ("Weglassen", "Excluir"),
    "Negative prompt: what to steer away from": (
        "Negative Beschreibung: was nicht vorkommen soll",
        "Descripción negativa: lo que no debe aparecer",
    ),
    "Prior steps": ("Prior-Schritte", "Pasos del prior"),
    "Prior guidance": ("Prior-Führung", "Guía del prior"),
    "Decoder steps": ("Decoder-Schritte", "Pasos del decodificador"),
    "Decoder guidance": ("Decoder-Führung", "Guía del decodificador"),
    "Super-resolution steps": ("Schritte der Vergrößerung", "Pasos de superresolución"),
    "Download PNG": ("PNG herunterladen", "Descargar PNG"),
    "Copy link": ("Link kopieren", "Copiar enlace"),
    "Keep this seed": ("Startwert behalten", "Mantener semilla"),
    "Use its settings": ("Einstellungen holen", "Usar sus ajustes"),
    "Use as reference": ("Als Vorbild nehmen", "Usar de referencia"),
    "Picture to check": ("Zu prüfendes Bild", "Imagen por verificar"),
    "Search thoroughly": ("Gründlich suchen", "Buscar a fondo"),
    "Also unusual sizes and small rotations; takes up to a minute": (
        "Auch ungewöhnliche Größen und kleine Drehungen; dauert bis zu einer Minute",
        "También tamaños inusuales y pequeñas rotaciones; tarda hasta un minuto",
    ),
    "Draw it again and compare": ("Noch einmal zeichnen und vergleichen", "Dibujar de nuevo y comparar"),
}


def say(words: str) -> I18nData:
    """A label in the reader's language; KeyError where it has no translation yet."""
    if words not in TRANSLATIONS:
        raise KeyError(f"`words` has no translation: {words!r}. Add it to TRANSLATIONS.")
    return translations()(words)


def translations() -> gr.I18n:
    """All languages, for `demo.launch(i18n=...)`."""
    english = {words: words for words in TRANSLATIONS}
    german, spanish = ({words: both[i] for words, both in TRANSLATIONS.items()} for i in range(2))
    return gr.I18n(en=english, de=german, es=spanish)
