"""The About tab's text in English, German and Spanish."""

__all__ = ["ABOUT"]

_PROGRAM = """
```python
from gradio_client import Client

client = Client("http://127.0.0.1:7860")
files, pictures = client.predict(prompt="a red apple, 3d render", seed=7, api_name="/generate")
```
"""

_ENGLISH = f"""
## What it draws
The bundled model draws stickers, icons and emoji-like pictures of things that can be named, in five styles and on
plain backgrounds of the colour you name, at 256 × 256. Photographs, written words, crowded scenes and people you know
are beyond it: it gives the nearest thing that it can draw.

## What every picture carries
- An **invisible watermark**, read back before the picture is shown. Verify finds it, also after JPEG, resizing,
  cropping or a screenshot. That no mark is found says nothing about how a picture was made.
- Its **recipe** in the file, be it PNG, JPEG or WebP: prompt, seed and settings, readable by other programs too.
- **Content Credentials**, where this server signs them: a seal that any change to the file breaks.
- A **link** that holds the recipe and a hash of the pixels. Whoever opens it gets the same picture, kept or drawn
  again, and is told whether it is identical.

## What is kept
Your history stays in your browser. The server keeps pictures with their recipes for some days, seven where its owner
has set nothing else, so that a repeated wish and an opened link answer at once; its owner can turn that off. Whoever
has a picture from here can read its recipe in Verify for as long. The files of a visit are deleted within the hour.

## Keys
`Ctrl`+`Enter` generates, `Esc` cancels, `Tab` reaches everything.

## Programs
{_PROGRAM}
`/variations`, `/verify`, `/embed` and `/search` work the same way; *Use via API* below documents every argument.
"""

_GERMAN = f"""
## Was es zeichnet
Das mitgelieferte Modell zeichnet Sticker, Icons und emojihafte Bilder von Dingen, die einen Namen haben, in fünf
Stilen und auf einfarbigem Grund in der Farbe, die Sie nennen, mit 256 × 256 Pixeln. Es versteht englische
Beschreibungen. Fotos, Schrift, Szenen voller Dinge und bekannte Personen kann es nicht: Es gibt das Nächstliegende,
das es zeichnen kann.

## Was jedes Bild bei sich trägt
- Ein **unsichtbares Wasserzeichen**, zurückgelesen, bevor das Bild erscheint. „Prüfen“ findet es auch nach JPEG,
  Größenänderung, Zuschnitt oder einem Bildschirmfoto. Wird keines gefunden, sagt das nichts darüber, wie ein Bild
  entstand.
- Sein **Rezept** in der Datei, ob PNG, JPEG oder WebP: Beschreibung, Startwert und Einstellungen, auch für andere
  Programme lesbar.
- **Content Credentials**, wo dieser Server sie unterschreibt: ein Siegel, das jede Änderung der Datei bricht.
- Einen **Link**, der das Rezept und eine Prüfsumme der Pixel enthält. Wer ihn öffnet, bekommt dasselbe Bild, behalten
  oder neu gezeichnet, und erfährt, ob es gleich ist.

## Was behalten wird
Der Verlauf bleibt in Ihrem Browser. Der Server behält Bilder mit ihren Rezepten einige Tage, sieben, wenn sein
Betreiber nichts anderes bestimmt hat, damit ein wiederholter Wunsch und ein geöffneter Link sofort beantwortet werden;
der Betreiber kann das abschalten. So lange kann jeder, der ein Bild von hier hat, unter „Prüfen“ sein Rezept lesen.
Die Dateien eines Besuchs werden binnen einer Stunde gelöscht.

## Tasten
`Strg`+`Enter` zeichnet, `Esc` bricht ab, `Tab` erreicht alles.

## Programme
{_PROGRAM}
`/variations`, `/verify`, `/embed` und `/search` gehen ebenso; der API-Link ganz unten beschreibt alle Argumente.
"""

_SPANISH = f"""
## Qué dibuja
El modelo incluido dibuja pegatinas, iconos e imágenes como emojis de cosas que tienen nombre, en cinco estilos y sobre
fondos lisos del color que nombres, de 256 × 256 píxeles. Entiende descripciones en inglés. Las fotografías, el texto
escrito, las escenas llenas y las personas conocidas quedan fuera de su alcance: da lo más parecido que sabe dibujar.

## Qué lleva cada imagen
- Una **marca de agua invisible**, releída antes de mostrar la imagen. «Verificar» la encuentra también tras JPEG,
  cambios de tamaño, recortes o una captura de pantalla. Que no se encuentre no dice nada de cómo se hizo una imagen.
- Su **receta** en el archivo, sea PNG, JPEG o WebP: descripción, semilla y ajustes, legibles también por otros
  programas.
- **Content Credentials**, donde este servidor las firma: un sello que rompe cualquier cambio del archivo.
- Un **enlace** con la receta y una suma de los píxeles. Quien lo abre recibe la misma imagen, conservada o dibujada de
  nuevo, y se le dice si es idéntica.

## Qué se conserva
Tu historial se queda en tu navegador. El servidor conserva las imágenes con sus recetas unos días, siete si su dueño
no ha fijado otra cosa, para que un deseo repetido y un enlace abierto tengan respuesta al instante; su dueño puede
desactivarlo. Durante ese tiempo, quien tenga una imagen de aquí puede leer su receta en «Verificar». Los archivos de
una visita se borran en menos de una hora.

## Teclas
`Ctrl`+`Enter` genera, `Esc` cancela, `Tab` llega a todo.

## Programas
{_PROGRAM}
`/variations`, `/verify`, `/embed` y `/search` funcionan igual; el enlace de la API, al pie, describe cada argumento.
"""

ABOUT = (_ENGLISH, _GERMAN, _SPANISH)
