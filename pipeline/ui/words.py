"""The page's own words in English, German and Spanish; the browser's language decides which are shown.

The keys are the English words, with {} for what changes. Labels go through `say`; what is written into the page as
HTML stays English on the server, and words.js translates it from the same table. Errors and findings are in
sentences.py, the About tab in about.py. Prompts stay in English, which is the model's language, and so do the styles.
"""

import gradio as gr
from gradio.i18n import I18nData

from pipeline.ui.sentences import SENTENCES
from pipeline.ui.tabs.about import ABOUT

__all__ = ["TRANSLATIONS", "say", "translations"]

# English: (German, Spanish)
TRANSLATIONS = {
    # Labels of the form
    "Any": ("Beliebig", "Cualquiera"),
    "Quality": ("Qualität", "Calidad"),
    "Fast": ("Schnell", "Rápida"),
    "Balanced": ("Mittel", "Media"),
    "Fine": ("Fein", "Fina"),
    "Own": ("Eigene", "Propia"),
    "Weight": ("Gewicht", "Peso"),
    "What each one adds": ("Was jedes beiträgt", "Qué aporta cada una"),
    "Variations": ("Abwandlungen", "Variaciones"),
    "seed:strength, of all stages or of :prior, :decoder, :super_res": (
        "Startwert:Stärke, aller Stufen oder von :prior, :decoder, :super_res",
        "semilla:fuerza, de todas las etapas o de :prior, :decoder, :super_res",
    ),
    # Keys below a picture
    "Vary a little": ("Etwas abwandeln", "Variar un poco"),
    "Vary a lot": ("Stark abwandeln", "Variar mucho"),
    "More with this picture": ("Mehr mit diesem Bild", "Más con esta imagen"),
    "Use its prompt": ("Beschreibung holen", "Usar su descripción"),
    "New idea": ("Neue Idee", "Nueva idea"),
    "New sketch": ("Neue Skizze", "Nuevo boceto"),
    "New details": ("Neue Einzelheiten", "Nuevos detalles"),
    "Compare two": ("Zwei vergleichen", "Comparar dos"),
    "Copy Markdown": ("Markdown kopieren", "Copiar Markdown"),
    "Copy HTML": ("HTML kopieren", "Copiar HTML"),
    "Download all": ("Alle herunterladen", "Descargar todas"),
    "Copied": ("Kopiert", "Copiado"),
    # The page's head
    "Model ready": ("Modell bereit", "Modelo listo"),
    "Loading the model…": ("Das Modell wird geladen …", "Cargando el modelo…"),
    "Stickers, icons and emoji from a sentence. Drawn here, marked, and redrawn from a link.": (
        "Sticker, Icons und Emoji aus einem Satz. Hier gezeichnet, markiert und aus einem Link neu gezeichnet.",
        "Pegatinas, iconos y emojis a partir de una frase. Dibujados aquí, marcados y repetibles desde un enlace.",
    ),
    # Examples
    "Try": ("Etwa", "Prueba"),
    "Examples": ("Beispiele", "Ejemplos"),
    "Red apple": ("Roter Apfel", "Manzana roja"),
    "Dog face": ("Hundegesicht", "Cara de perro"),
    "Robot": ("Roboter", "Un robot"),
    "House": ("Haus", "Casa"),
    "Strawberries": ("Erdbeeren", "Fresas"),
    "Flower and bee": ("Blume und Biene", "Flor y abeja"),
    # The canvas and its status line
    "Your picture appears here.": ("Hier erscheint das Bild.", "Tu imagen aparecerá aquí."),
    "Pictures of this visit are kept here until you close the page.": (
        "Die Bilder dieses Besuchs bleiben hier, bis die Seite geschlossen wird.",
        "Las imágenes de esta visita se quedan aquí hasta que cierres la página.",
    ),
    "Pictures of this visit": ("Bilder dieses Besuchs", "Imágenes de esta visita"),
    "Picture made from reference pictures": ("Bild aus Vorbildern", "Imagen hecha de imágenes de referencia"),
    "Preview: {}": ("Vorschau: {}", "Vista previa: {}"),
    "Drawing": ("Zeichnung", "Dibujo"),
    "Waiting for your turn": ("Wartet, bis Platz ist", "Esperando turno"),
    "Another picture is being drawn. Yours is next.": (
        "Ein anderes Bild wird gezeichnet. Dieses kommt danach.",
        "Se está dibujando otra imagen. La tuya es la siguiente.",
    ),
    "Loading the model, {} s so far. Your picture is next.": (
        "Das Modell wird geladen, bisher {} s. Dann kommt das Bild.",
        "Cargando el modelo, {} s por ahora. Después va tu imagen.",
    ),
    "Reading the prompt": ("Die Beschreibung wird gelesen", "Leyendo la descripción"),
    "Imagining the picture": ("Das Bild wird erdacht", "Imaginando la imagen"),
    "Sketching at 64 × 64": ("Skizze mit 64 × 64", "Boceto de 64 × 64"),
    "Painting at 256 × 256": ("Ausmalen mit 256 × 256", "Pintando a 256 × 256"),
    "Imagining the picture, step {} of {}": (
        "Das Bild wird erdacht, Schritt {} von {}",
        "Imaginando la imagen, paso {} de {}",
    ),
    "Sketching at 64 × 64, step {} of {}": (
        "Skizze mit 64 × 64, Schritt {} von {}",
        "Boceto de 64 × 64, paso {} de {}",
    ),
    "Painting at 256 × 256, step {} of {}": (
        "Ausmalen mit 256 × 256, Schritt {} von {}",
        "Pintando a 256 × 256, paso {} de {}",
    ),
    "Adding the watermark and reading it back": (
        "Das Wasserzeichen wird gesetzt und geprüft",
        "Poniendo la marca de agua y comprobándola",
    ),
    "Done in {} s": ("Fertig nach {} s", "Lista en {} s"),
    "From the store: it was drawn here before": (
        "Aus dem Speicher: Es wurde hier schon einmal gezeichnet",
        "Del almacén: ya se dibujó aquí antes",
    ),
    "Stopping": ("Wird angehalten", "Deteniendo"),
    "Cancelled. Nothing of it was kept.": (
        "Abgebrochen. Nichts davon wurde behalten.",
        "Cancelado. No se guardó nada.",
    ),
    "There is nothing to draw yet. Type what you would like to see, or add a reference picture.": (
        "Es gibt noch nichts zu zeichnen. Beschreiben Sie, was zu sehen sein soll, oder fügen Sie ein Vorbild hinzu.",
        "Aún no hay nada que dibujar. Escribe lo que quieres ver o añade una imagen de referencia.",
    ),
    "Its settings are in the form.": ("Die Einstellungen stehen im Formular.", "Sus ajustes están en el formulario."),
    "Its settings are in the form. Its reference pictures are no longer kept: add them again.": (
        "Die Einstellungen stehen im Formular. Die Vorbilder sind nicht mehr da: Fügen Sie sie noch einmal hinzu.",
        "Sus ajustes están en el formulario. Sus imágenes de referencia ya no se conservan: añádelas de nuevo.",
    ),
    "Added to the reference pictures. Change the prompt or the seed and generate.": (
        "Zu den Vorbildern hinzugefügt. Ändern Sie Beschreibung oder Startwert und zeichnen Sie.",
        "Añadida a las imágenes de referencia. Cambia la descripción o la semilla y genera.",
    ),
    "There is only one picture so far. Draw another one to compare it with.": (
        "Bisher gibt es nur ein Bild. Zeichnen Sie ein zweites zum Vergleichen.",
        "Por ahora solo hay una imagen. Dibuja otra para compararla.",
    ),
    "Now pick the other picture from the row below.": (
        "Wählen Sie nun das andere Bild aus der Reihe darunter.",
        "Ahora elige la otra imagen de la fila de abajo.",
    ),
    "Drawing without picture {} of {}": ("Wird ohne Bild {} von {} gezeichnet", "Dibujando sin la imagen {} de {}"),
    "Each small picture was drawn without one of the reference pictures.": (
        "Jedes kleine Bild wurde ohne eines der Vorbilder gezeichnet.",
        "Cada imagen pequeña se dibujó sin una de las imágenes de referencia.",
    ),
    "Seed {}": ("Startwert {}", "Semilla {}"),
    "id {}": ("Kennung {}", "id {}"),
    "watermark checked": ("Wasserzeichen geprüft", "marca de agua comprobada"),
    "references {}": ("Vorbilder {}", "referencias {}"),
    "varied {} %": ("zu {} % abgewandelt", "variada un {} %"),
    "another seed": ("anderer Startwert", "otra semilla"),
    "new idea": ("neue Idee", "nueva idea"),
    "new sketch": ("neue Skizze", "nuevo boceto"),
    "new details": ("neue Einzelheiten", "nuevos detalles"),
    "Two pictures compared": ("Zwei Bilder im Vergleich", "Dos imágenes comparadas"),
    "Weights": ("Gewichte", "Pesos"),
    "The reference pictures differ.": ("Die Vorbilder sind andere.", "Las imágenes de referencia son distintas."),
    "Shares of the reference pictures": ("Anteile der Vorbilder", "Pesos de las imágenes de referencia"),
    "Shares of the reference pictures, and the picture without each": (
        "Anteile der Vorbilder und das Bild ohne jedes davon",
        "Pesos de las imágenes de referencia y la imagen sin cada una",
    ),
    "Picture {}": ("Bild {}", "Imagen {}"),
    "Drawn without picture {}": ("Ohne Bild {} gezeichnet", "Dibujada sin la imagen {}"),
    "nothing left": ("nichts übrig", "no queda nada"),
    "Enlarge": ("Vergrößern", "Ampliar"),
    "Enlarged picture": ("Vergrößertes Bild", "Imagen ampliada"),
    "Smaller": ("Kleiner", "Más pequeña"),
    "Larger": ("Größer", "Más grande"),
    "Close": ("Schließen", "Cerrar"),
    "All pictures are in the file.": ("Alle Bilder sind in der Datei.", "Todas las imágenes están en el archivo."),
    "Some pictures are no longer kept here and were left out.": (
        "Einige Bilder sind nicht mehr da und wurden weggelassen.",
        "Algunas imágenes ya no se conservan aquí y se omitieron.",
    ),
    "These pictures are no longer kept here.": (
        "Diese Bilder sind nicht mehr da.",
        "Estas imágenes ya no se conservan aquí.",
    ),
    # Verdicts on a shared picture
    "Identical to the shared picture, pixel for pixel.": (
        "Pixel für Pixel gleich mit dem geteilten Bild.",
        "Idéntica a la imagen compartida, píxel a píxel.",
    ),
    "Not the same pixels as the shared picture.": (
        "Nicht dieselben Pixel wie im geteilten Bild.",
        "No son los mismos píxeles que en la imagen compartida.",
    ),
    "Not the same pixels as the shared picture. It was made with other weights ({}; here: {}).": (
        "Nicht dieselben Pixel wie im geteilten Bild. Es entstand mit anderen Gewichten ({}; hier: {}).",
        "No son los mismos píxeles que en la imagen compartida. Se hizo con otros pesos ({}; aquí: {}).",
    ),
    "Identical, pixel for pixel.": ("Pixel für Pixel gleich.", "Idéntica, píxel a píxel."),
    "Looks the same, though some pixels differ slightly ({} dB).": (
        "Sieht gleich aus, auch wenn manche Pixel leicht abweichen ({} dB).",
        "Se ve igual, aunque algunos píxeles difieren un poco ({} dB).",
    ),
    "Differs visibly ({} dB).": ("Unterscheidet sich sichtbar ({} dB).", "Difiere a la vista ({} dB)."),
    # History
    "Search the history": ("Verlauf durchsuchen", "Buscar en el historial"),
    "Search prompts": ("Beschreibungen suchen", "Buscar descripciones"),
    "Export": ("Exportieren", "Exportar"),
    "Import": ("Importieren", "Importar"),
    "Clear": ("Leeren", "Vaciar"),
    "What you draw is listed here.": ("Hier steht, was Sie zeichnen.", "Aquí aparece lo que dibujes."),
    "Nothing in the history has these words.": (
        "Nichts im Verlauf hat diese Wörter.",
        "Nada del historial tiene estas palabras.",
    ),
    "There is nothing to export yet.": ("Es gibt noch nichts zu exportieren.", "Aún no hay nada que exportar."),
    "{} entries read.": ("{} Einträge gelesen.", "{} entradas leídas."),
    "This file holds no history. Pick one that was exported here.": (
        "Diese Datei enthält keinen Verlauf. Wählen Sie eine, die hier exportiert wurde.",
        "Este archivo no contiene un historial. Elige uno exportado aquí.",
    ),
    "Delete this entry": ("Diesen Eintrag löschen", "Borrar esta entrada"),
    "Delete the history of this browser?": (
        "Den Verlauf dieses Browsers löschen?",
        "¿Borrar el historial de este navegador?",
    ),
    "Kept in this browser only. An entry is a link: it draws the picture again and compares the two.": (
        "Nur in diesem Browser. Ein Eintrag ist ein Link: Er zeichnet das Bild neu und vergleicht die beiden.",
        "Solo en este navegador. Cada entrada es un enlace: dibuja la imagen de nuevo y compara las dos.",
    ),
    # Verify
    "Looking for the watermark": ("Das Wasserzeichen wird gesucht", "Buscando la marca de agua"),
    "Searching, {}": ("Suche, {}", "Buscando, {}"),
    "Done": ("Fertig", "Listo"),
    "Stopped. This is what was found so far.": (
        "Angehalten. Das wurde bisher gefunden.",
        "Detenido. Esto es lo encontrado hasta ahora.",
    ),
    "Made with Easel": ("Mit Easel gemacht", "Hecha con Easel"),
    "Not certain": ("Nicht sicher", "No es seguro"),
    "No watermark found": ("Kein Wasserzeichen gefunden", "No se encontró marca de agua"),
    "Confidence": ("Sicherheit", "Confianza"),
    "Key": ("Schlüssel", "Clave"),
    "Recipe id in the mark": ("Rezept-Kennung im Zeichen", "Id de la receta en la marca"),
    "Left out": ("Weggelassen", "Excluido"),
    "Undone to read it": ("Zum Lesen rückgängig gemacht", "Deshecho para leerla"),
    "Every picture that leaves Easel carries an invisible watermark, and its file the recipe it was made from. "
    "Drop a picture here to look for both, and for Content Credentials. The mark survives JPEG, resizing, cropping "
    "and screenshots; recipe and credentials only an untouched file.": (
        "Jedes Bild aus Easel trägt ein unsichtbares Wasserzeichen und seine Datei das Rezept, nach dem es entstand. "
        "Legen Sie ein Bild hierher, um nach beidem und nach Content Credentials zu suchen. Das Zeichen übersteht "
        "JPEG, Größenänderung, Zuschnitt und Bildschirmfotos, Rezept und Credentials nur eine unberührte Datei.",
        "Toda imagen de Easel lleva una marca de agua invisible y su archivo la receta con que se hizo. Suelta aquí "
        "una imagen para buscar ambas, y también Content Credentials. La marca resiste JPEG, cambios de tamaño, "
        "recortes y capturas de pantalla; receta y credenciales, solo un archivo intacto.",
    ),
    "The recipe in the file is not the one that the mark names: the text was changed or moved.": (
        "Das Rezept in der Datei ist nicht das, welches das Zeichen nennt: Der Text wurde geändert oder verschoben.",
        "La receta del archivo no es la que nombra la marca: el texto fue cambiado o trasladado.",
    ),
    "The mark and the recipe in the file belong together.": (
        "Das Zeichen und das Rezept in der Datei gehören zusammen.",
        "La marca y la receta del archivo concuerdan.",
    ),
    "The recipe below is the one that the mark names, from the pictures kept here.": (
        "Das Rezept unten ist das, welches das Zeichen nennt, aus den hier behaltenen Bildern.",
        "La receta de abajo es la que nombra la marca, de las imágenes que se conservan aquí.",
    ),
    # Drawing again to verify
    "There is no picture yet.": ("Es gibt noch kein Bild.", "Aún no hay ninguna imagen."),
    "Drawn again in {} s": ("Neu gezeichnet in {} s", "Redibujada en {} s"),
    "Drawn again. Identical, pixel for pixel.": (
        "Neu gezeichnet. Pixel für Pixel gleich.",
        "Redibujada. Idéntica, píxel a píxel.",
    ),
    "Cancelled. Nothing was compared.": ("Abgebrochen. Nichts wurde verglichen.", "Cancelado. No se comparó nada."),
    # Search
    "Search looks through the pictures that you add here and those drawn in this visit. Nobody else sees them, and "
    "the server deletes them within hours.": (
        "Gesucht wird in den Bildern, die Sie hier hinzufügen, und in denen dieses Besuchs. Niemand sonst sieht sie, "
        "und der Server löscht sie binnen Stunden.",
        "Se busca en las imágenes que añades aquí y en las dibujadas en esta visita. Nadie más las ve, y el servidor "
        "las borra en unas horas.",
    ),
    "One moment": ("Einen Augenblick", "Un momento"),
    "Loading the model. This is next.": (
        "Das Modell wird geladen. Dann kommt dies.",
        "Cargando el modelo. Esto va después.",
    ),
    "Reading picture {} of {}": ("Bild {} von {} wird gelesen", "Leyendo la imagen {} de {}"),
    "{} picture, nearest first": ("{} Bild, das nächste zuerst", "{} imagen, la más cercana primero"),
    "{} pictures, nearest first": ("{} Bilder, die nächsten zuerst", "{} imágenes, la más cercana primero"),
    "{} {}, nearest first": ("{} {}, die nächsten zuerst", "{} {}, la más cercana primero"),
    "Most like “{}”, nearest first": (
        "Am ähnlichsten wie „{}“, die nächsten zuerst",
        "Lo más parecido a «{}» primero",
    ),
    "It is the only picture so far. Add others, or draw some.": (
        "Es ist bisher das einzige Bild. Fügen Sie andere hinzu oder zeichnen Sie welche.",
        "Es la única imagen por ahora. Añade otras o dibuja algunas.",
    ),
    "The pictures that you added are deleted.": (
        "Die hinzugefügten Bilder sind gelöscht.",
        "Las imágenes que añadiste se han borrado.",
    ),
    "More like this": ("Mehr wie dieses", "Más como esta"),
    "near-identical to {}": ("fast gleich mit {}", "casi idéntica a la {}"),
    # Labels of the other tabs
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
    "Download": ("Herunterladen", "Descargar"),
    "File format": ("Dateiformat", "Formato de archivo"),
    "Draw again to verify": ("Neu zeichnen und prüfen", "Redibujar para verificar"),
    "Copy link": ("Link kopieren", "Copiar enlace"),
    "Keep this seed": ("Startwert behalten", "Mantener semilla"),
    "Use its settings": ("Einstellungen holen", "Usar sus ajustes"),
    "Use as reference": ("Als Vorbild nehmen", "Usar de referencia"),
    "Picture to check": ("Zu prüfendes Bild", "Imagen por verificar"),
    "Search thoroughly": ("Gründlich suchen", "Buscar a fondo"),
    "Also unusual sizes and small rotations; takes a few seconds": (
        "Auch ungewöhnliche Größen und kleine Drehungen; dauert einige Sekunden",
        "También tamaños inusuales y pequeñas rotaciones; tarda unos segundos",
    ),
    "Search": ("Suchen", "Buscar"),
    "Words": ("Wörter", "Palabras"),
    "Picture to search by": ("Bild, nach dem gesucht wird", "Imagen de búsqueda"),
    "Share of the picture": ("Anteil des Bildes", "Peso de la imagen"),
    "Against the words, where both are given": (
        "Gegenüber den Wörtern, wo beides gegeben ist",
        "Frente a las palabras, si se dan ambas",
    ),
    "Also what all visitors drew here": (
        "Auch was alle Besucher hier gezeichnet haben",
        "También lo que dibujaron aquí todos los visitantes",
    ),
    "This server shares its history: every visitor can search what all visitors drew, words included. Pictures that "
    "you add here are seen by nobody else, and the server deletes them within hours.": (
        "Dieser Server teilt seinen Verlauf: Jeder Besucher kann durchsuchen, was alle gezeichnet haben, samt den "
        "Worten. Bilder, die Sie hier hinzufügen, sieht niemand sonst, und der Server löscht sie binnen Stunden.",
        "Este servidor comparte su historial: cada visitante puede buscar en lo que dibujaron todos, con sus "
        "palabras. Las imágenes que añades aquí no las ve nadie más, y el servidor las borra en unas horas.",
    ),
    "Add pictures": ("Bilder hinzufügen", "Añadir imágenes"),
    "Remove added pictures": ("Hinzugefügte Bilder entfernen", "Quitar las imágenes añadidas"),
    "Draw it again and compare": ("Noch einmal zeichnen und vergleichen", "Dibujar de nuevo y comparar"),
    **SENTENCES,
    ABOUT[0]: ABOUT[1:],
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
