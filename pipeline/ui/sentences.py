"""What the page says when something is refused, has gone wrong, or was found: whole sentences in German and Spanish.

The keys are as in words.py. A message of several sentences may stand here as one or sentence by sentence. What only
the owner of the server can mend stays English, as its log is.
"""

__all__ = ["SENTENCES"]

# English: (German, Spanish)
SENTENCES = {
    # What cannot be drawn
    "Something went wrong ({}). Try again; the server's log has the details.": (
        "Etwas ist schiefgegangen ({}). Versuchen Sie es noch einmal; Näheres steht im Protokoll des Servers.",
        "Algo salió mal ({}). Inténtalo de nuevo; los detalles están en el registro del servidor.",
    ),
    "Something went wrong ({}). The server's log has the details.": (
        "Etwas ist schiefgegangen ({}). Näheres steht im Protokoll des Servers.",
        "Algo salió mal ({}). Los detalles están en el registro del servidor.",
    ),
    "The {} has {} characters; up to {} are read. Shorten it.": (
        "{}: {} Zeichen, gelesen werden bis zu {}. Kürzen Sie den Text.",
        "{}: {} caracteres; se leen hasta {}. Acórtalo.",
    ),
    "The seed is a whole number from 0 to {}. Type one, or press New seed.": (
        "Der Startwert ist eine ganze Zahl von 0 bis {}. Geben Sie eine ein oder drücken Sie „Neuer Startwert“.",
        "La semilla es un número entero de 0 a {}. Escribe uno o pulsa «Nueva semilla».",
    ),
    "Ask for 1 to {} pictures, not {}.": (
        "Verlangen Sie 1 bis {} Bilder, nicht {}.",
        "Pide de 1 a {} imágenes, no {}.",
    ),
    "Up to {} reference pictures are read, not {}. Remove some.": (
        "Gelesen werden bis zu {} Vorbilder, nicht {}. Entfernen Sie einige.",
        "Se leen hasta {} imágenes de referencia, no {}. Quita algunas.",
    ),
    "There are {} reference pictures already. Remove one first.": (
        "Es sind schon {} Vorbilder da. Entfernen Sie zuerst eines.",
        "Ya hay {} imágenes de referencia. Quita una primero.",
    ),
    "All reference pictures have weight 0. Raise one of them.": (
        "Alle Vorbilder haben das Gewicht 0. Erhöhen Sie eines.",
        "Todas las imágenes de referencia tienen peso 0. Sube alguno.",
    ),
    "The reference pictures are no longer kept here. Add them again and press Generate.": (
        "Die Vorbilder sind nicht mehr da. Fügen Sie sie noch einmal hinzu und drücken Sie „Zeichnen“.",
        "Las imágenes de referencia ya no se conservan aquí. Añádelas de nuevo y pulsa «Generar».",
    ),
    "{} is a whole number from {} to {}, not {}.": (
        "{} ist eine ganze Zahl von {} bis {}, nicht {}.",
        "{} es un número entero de {} a {}, no {}.",
    ),
    "{} is a number from {} to {}, not {}.": (
        "{} ist eine Zahl von {} bis {}, nicht {}.",
        "{} es un número de {} a {}, no {}.",
    ),
    "similarity_strength is a number from {} to {}, not {}.": (
        "Die Ähnlichkeit ist eine Zahl von {} bis {}, nicht {}.",
        "La similitud es un número de {} a {}, no {}.",
    ),
    "variations takes seed:strength or seed:strength:stage with a strength from 0 to 1 and a stage of {}, got {}.": (
        "Abwandlungen sind Startwert:Stärke oder Startwert:Stärke:Stufe mit einer Stärke von 0 bis 1 und einer Stufe "
        "von {}, nicht {}.",
        "Las variaciones son semilla:fuerza o semilla:fuerza:etapa, con una fuerza de 0 a 1 y una etapa de {}, no {}.",
    ),
    "This was not drawn because it puts a child in a sexual context, which is never drawn.": (
        "Das wurde nicht gezeichnet, weil es ein Kind in einen sexuellen Zusammenhang stellt; so etwas wird nie "
        "gezeichnet.",
        "No se dibujó porque pone a un menor en un contexto sexual, y eso nunca se dibuja.",
    ),
    "This was not drawn because it asks for nudity or sexual content.": (
        "Das wurde nicht gezeichnet, weil es Nacktheit oder Sexuelles verlangt.",
        "No se dibujó porque pide desnudez o contenido sexual.",
    ),
    "This was not drawn because it asks for graphic injury, cruelty or death.": (
        "Das wurde nicht gezeichnet, weil es schwere Verletzungen, Grausamkeit oder Tod verlangt.",
        "No se dibujó porque pide heridas explícitas, crueldad o muerte.",
    ),
    "This was not drawn because it shows suicide or self-harm; if this is about you, please talk to someone you trust "
    "or to a crisis line.": (
        "Das wurde nicht gezeichnet, weil es Suizid oder Selbstverletzung zeigt; wenn es um Sie geht, sprechen Sie "
        "bitte mit jemandem, dem Sie vertrauen, oder mit einer Telefonseelsorge.",
        "No se dibujó porque muestra suicidio o autolesión; si se trata de ti, habla con alguien de confianza o con "
        "una línea de ayuda.",
    ),
    "This was not drawn because it promotes hatred or an extremist movement.": (
        "Das wurde nicht gezeichnet, weil es für Hass oder eine extremistische Bewegung wirbt.",
        "No se dibujó porque promueve el odio o un movimiento extremista.",
    ),
    "The watermark could not be read back from this picture (best: {}, payload {} for {}). "
    "Draw it again with another seed.": (
        "Das Wasserzeichen ließ sich aus diesem Bild nicht zurücklesen (bestenfalls: {}, Inhalt {} statt {}). "
        "Zeichnen Sie es mit einem anderen Startwert.",
        "No se pudo releer la marca de agua de esta imagen (lo mejor: {}, contenido {} en vez de {}). "
        "Dibújala con otra semilla.",
    ),
    "The model could not be loaded: {}. See the server's log.": (
        "Das Modell konnte nicht geladen werden: {}. Näheres steht im Protokoll des Servers.",
        "No se pudo cargar el modelo: {}. Mira el registro del servidor.",
    ),
    # Other models
    "The model {} draws from words. Type what you would like to see.": (
        "Das Modell {} zeichnet nach Worten. Beschreiben Sie, was zu sehen sein soll.",
        "El modelo {} dibuja a partir de palabras. Escribe lo que quieres ver.",
    ),
    "The model's own safety check held this picture back. Change the prompt or the seed.": (
        "Die Sicherheitsprüfung des Modells hat dieses Bild zurückgehalten. Ändern Sie Beschreibung oder Startwert.",
        "El control de seguridad del modelo retuvo esta imagen. Cambia la descripción o la semilla.",
    ),
    "The model {} takes no such reference pictures. Remove them.": (
        "Das Modell {} nimmt keine solchen Vorbilder. Entfernen Sie sie.",
        "El modelo {} no admite esas imágenes de referencia. Quítalas.",
    ),
    "The model {} takes {} reference pictures, got {}. Leave them out.": (
        "Das Modell {} nimmt {} Vorbilder, es sind {}. Lassen Sie sie weg.",
        "El modelo {} admite {} imágenes de referencia y hay {}. Quítalas.",
    ),
    "The model {} takes no negative prompt. Leave negative_prompt out.": (
        "Das Modell {} nimmt keine negative Beschreibung. Lassen Sie sie weg.",
        "El modelo {} no admite descripción negativa. Quítala.",
    ),
    "{} has no effect on the model {}. Leave it out.": (
        "{} bewirkt beim Modell {} nichts. Lassen Sie es weg.",
        "{} no tiene efecto en el modelo {}. Quítalo.",
    ),
    # Pictures that people bring
    "{} cannot be read as a picture. Use a PNG, JPEG or WebP file.": (
        "{} ist nicht als Bild lesbar. Nehmen Sie eine Datei in PNG, JPEG oder WebP.",
        "{} no se puede leer como imagen. Usa un archivo PNG, JPEG o WebP.",
    ),
    "{} has {}x{} pixels; up to {} million are taken. Make it smaller and try again.": (
        "{} hat {}x{} Pixel; genommen werden bis zu {} Millionen. Verkleinern Sie es und versuchen Sie es neu.",
        "{} tiene {}x{} píxeles; se admiten hasta {} millones. Redúcela e inténtalo de nuevo.",
    ),
    "{} cannot be opened. Add it again.": (
        "{} lässt sich nicht öffnen. Fügen Sie die Datei neu hinzu.",
        "{} no se puede abrir. Añádalo de nuevo.",
    ),
    "{} is a HEIC picture, which cannot be read here. Save it as PNG or JPEG and try once more.": (
        "{} ist ein HEIC-Bild, das hier nicht gelesen werden kann. Speichern Sie es als PNG oder JPEG und versuchen "
        "Sie es noch einmal.",
        "{} es una imagen HEIC, que aquí no se puede leer. Guárdela como PNG o JPEG e inténtelo otra vez.",
    ),
    "Many pictures wait to be drawn. Try again in a moment.": (
        "Viele Bilder warten darauf, gezeichnet zu werden. Versuchen Sie es gleich noch einmal.",
        "Muchas imágenes esperan su turno. Inténtelo de nuevo en un momento.",
    ),
    "The server is stopping. Try again in a moment.": (
        "Der Server hält gerade an. Versuchen Sie es gleich noch einmal.",
        "El servidor se está deteniendo. Inténtelo de nuevo en un momento.",
    ),
    "{} requests of this session wait already, which is the most. Wait for one.": (
        "{} Anfragen dieser Sitzung warten schon, mehr geht nicht. Warten Sie eine ab.",
        "Ya esperan {} peticiones de esta sesión, que es el máximo. Espere a que termine una.",
    ),
    "{} requests from this address wait already, which is the most. Try again in a moment.": (
        "{} Anfragen von dieser Adresse warten schon, mehr geht nicht. Versuchen Sie es gleich noch einmal.",
        "Ya esperan {} peticiones de esta dirección, que es el máximo. Inténtelo de nuevo en un momento.",
    ),
    "{} is damaged. Save it again as PNG or JPEG and try once more.": (
        "{} ist beschädigt. Speichern Sie es neu als PNG oder JPEG und versuchen Sie es noch einmal.",
        "{} está dañada. Guárdala de nuevo como PNG o JPEG y vuelve a intentarlo.",
    ),
    "{} could not be read. Save it again as PNG and try once more.": (
        "{} konnte nicht gelesen werden. Speichern Sie es neu als PNG und versuchen Sie es noch einmal.",
        "No se pudo leer {}. Guárdala de nuevo como PNG y vuelve a intentarlo.",
    ),
    # Files to take away
    "The format is one of {}, not {}.": ("Das Format ist eines von {}, nicht {}.", "El formato es uno de {}, no {}."),
    "This picture is no longer kept here. Press Use its settings, then Generate.": (
        "Dieses Bild ist nicht mehr da. Drücken Sie „Einstellungen holen“ und dann „Zeichnen“.",
        "Esta imagen ya no se conserva aquí. Pulsa «Usar sus ajustes» y luego «Generar».",
    ),
    # Search
    "There is nothing to search for yet. Type words, add a picture, or both.": (
        "Es gibt noch nichts zu suchen. Geben Sie Wörter ein, ein Bild, oder beides.",
        "Aún no hay nada que buscar. Escribe palabras, añade una imagen, o ambas cosas.",
    ),
    "The words have {} characters; up to {} are read. Shorten them.": (
        "Die Wörter haben {} Zeichen; gelesen werden bis zu {}. Kürzen Sie sie.",
        "Las palabras tienen {} caracteres; se leen hasta {}. Acórtalas.",
    ),
    "The picture's share is a number from 0 to 1, not {}.": (
        "Der Anteil des Bildes ist eine Zahl von 0 bis 1, nicht {}.",
        "El peso de la imagen es un número de 0 a 1, no {}.",
    ),
    "There are {} pictures of yours already, which is the most. Remove them, then add others.": (
        "Es sind schon {} Ihrer Bilder da, mehr geht nicht. Entfernen Sie sie und fügen Sie dann andere hinzu.",
        "Ya hay {} imágenes tuyas, que es el máximo. Quítalas y añade otras.",
    ),
    "There are no pictures to search yet. Add some here, or draw one on the Create tab.": (
        "Es gibt noch keine Bilder zum Durchsuchen. Fügen Sie hier welche hinzu oder zeichnen Sie eines.",
        "Aún no hay imágenes donde buscar. Añade algunas aquí o dibuja una.",
    ),
    "That picture is no longer here. Search again.": (
        "Dieses Bild ist nicht mehr da. Suchen Sie noch einmal.",
        "Esa imagen ya no está aquí. Busca de nuevo.",
    ),
    "There is nothing to embed. Pass text, image, or both.": (
        "Es gibt nichts einzubetten. Geben Sie Text, Bild oder beides.",
        "No hay nada que incrustar. Da texto, imagen, o ambos.",
    ),
    "Reading earlier pictures, {} of {}": (
        "Frühere Bilder werden gelesen, {} von {}",
        "Leyendo imágenes anteriores, {} de {}",
    ),
    "{} picture added, {} of yours in all.": (
        "{} Bild hinzugefügt, insgesamt {} von Ihnen.",
        "{} imagen añadida, {} tuyas en total.",
    ),
    "{} pictures added, {} of yours in all.": (
        "{} Bilder hinzugefügt, insgesamt {} von Ihnen.",
        "{} imágenes añadidas, {} tuyas en total.",
    ),
    "Files that were there already are not counted twice.": (
        "Dateien, die schon da waren, zählen nicht doppelt.",
        "Los archivos que ya estaban no se cuentan dos veces.",
    ),
    # Links
    "About this link": ("Zu diesem Link", "Sobre este enlace"),
    "The link says nothing to draw. Type what you would like to see.": (
        "Der Link sagt nicht, was zu zeichnen ist. Beschreiben Sie, was zu sehen sein soll.",
        "El enlace no dice qué dibujar. Escribe lo que quieres ver.",
    ),
    "This picture was made with a reference picture, which a link cannot carry. Add the same file under Reference "
    "pictures, then press Generate.": (
        "Dieses Bild entstand mit einem Vorbild, das ein Link nicht enthalten kann. Fügen Sie dieselbe Datei unter "
        "„Vorbilder“ hinzu und drücken Sie „Zeichnen“.",
        "Esta imagen se hizo con una imagen de referencia, que un enlace no puede llevar. Añade el mismo archivo en "
        "«Imágenes de referencia» y pulsa «Generar».",
    ),
    "This picture was made with {} reference pictures, which a link cannot carry. Add the same files, in their order, "
    "under Reference pictures, then press Generate.": (
        "Dieses Bild entstand mit {} Vorbildern, die ein Link nicht enthalten kann. Fügen Sie dieselben Dateien in "
        "ihrer Reihenfolge unter „Vorbilder“ hinzu und drücken Sie „Zeichnen“.",
        "Esta imagen se hizo con {} imágenes de referencia, que un enlace no puede llevar. Añade los mismos archivos, "
        "en su orden, en «Imágenes de referencia» y pulsa «Generar».",
    ),
    "Its reference pictures are not: add the same files under Reference pictures.": (
        "Die Vorbilder nicht: Fügen Sie dieselben Dateien unter „Vorbilder“ hinzu.",
        "Sus imágenes de referencia no: añade los mismos archivos en «Imágenes de referencia».",
    ),
    "The link says {} twice; the first one was used.": (
        "Der Link sagt {} zweimal; das erste gilt.",
        "El enlace dice {} dos veces; se usó la primera.",
    ),
    "The link's version {} is not known here; it was read as version {}.": (
        "Die Version {} des Links ist hier unbekannt; er wurde als Version {} gelesen.",
        "La versión {} del enlace no se conoce aquí; se leyó como versión {}.",
    ),
    "The link's pixel hash is damaged, so the picture cannot be compared with the first one.": (
        "Die Prüfsumme der Pixel im Link ist beschädigt; das Bild lässt sich nicht mit dem ersten vergleichen.",
        "La suma de píxeles del enlace está dañada, así que la imagen no se puede comparar con la primera.",
    ),
    "The link's setting {} is not known here and was left out.": (
        "Die Einstellung {} des Links ist hier unbekannt und wurde weggelassen.",
        "El ajuste {} del enlace no se conoce aquí y se omitió.",
    ),
    "The link's {} has {} characters; the first {} were kept.": (
        "{} im Link hat {} Zeichen; die ersten {} wurden behalten.",
        "{} en el enlace tiene {} caracteres; se conservaron los primeros {}.",
    ),
    "The link's {} was replaced by its default, {}: {}": (
        "{} im Link wurde durch den üblichen Wert {} ersetzt: {}",
        "{} en el enlace se cambió por su valor normal, {}: {}",
    ),
    "The link's image weights do not match its reference pictures and were left out.": (
        "Die Gewichte im Link passen nicht zu seinen Vorbildern und wurden weggelassen.",
        "Los pesos del enlace no casan con sus imágenes de referencia y se omitieron.",
    ),
    "The link was made with the model {}. {} draws it with its own settings, so the picture is another one.": (
        "Der Link entstand mit dem Modell {}. {} zeichnet ihn mit eigenen Einstellungen, also ein anderes Bild.",
        "El enlace se hizo con el modelo {}. {} lo dibuja con sus propios ajustes, así que la imagen es otra.",
    ),
    "The model {} has no {}; what the link says about that was left out.": (
        "Das Modell {} kennt {} nicht; was der Link dazu sagt, wurde weggelassen.",
        "El modelo {} no tiene {}; lo que el enlace dice de eso se omitió.",
    ),
    # What Verify finds
    "No Easel watermark was found.": (
        "Es wurde kein Wasserzeichen von Easel gefunden.",
        "No se encontró ninguna marca de agua de Easel.",
    ),
    "That does not say how the picture was made.": (
        "Das sagt nichts darüber, wie das Bild entstand.",
        "Eso no dice cómo se hizo la imagen.",
    ),
    "There may be remains of an Easel watermark, but this is no proof: at most 1 in {} unrelated pictures would show "
    "as much.": (
        "Es könnten Reste eines Wasserzeichens von Easel sein, doch das beweist nichts: Höchstens 1 von {} fremden "
        "Bildern zeigte ebenso viel.",
        "Puede haber restos de una marca de Easel, pero no es prueba: a lo sumo 1 de cada {} imágenes ajenas "
        "mostraría lo mismo.",
    ),
    "Easel made this picture, or what it was made from: at most 1 in {} unrelated pictures would show as much.": (
        "Easel hat dieses Bild gemacht oder das, woraus es entstand: Höchstens 1 von {} fremden Bildern zeigte ebenso "
        "viel.",
        "Easel hizo esta imagen, o aquello de lo que salió: a lo sumo 1 de cada {} imágenes ajenas mostraría "
        "lo mismo.",
    ),
    "Undone to read it: {}.": ("Zum Lesen rückgängig gemacht: {}.", "Deshecho para leerla: {}."),
    "The file holds no recipe; only an untouched file from Easel does.": (
        "Die Datei enthält kein Rezept; das tut nur eine unberührte Datei von Easel.",
        "El archivo no contiene receta; solo la tiene un archivo intacto de Easel.",
    ),
    "The file does hold a recipe, but anyone can write such text.": (
        "Die Datei enthält zwar ein Rezept, aber solchen Text kann jeder schreiben.",
        "El archivo sí contiene una receta, pero cualquiera puede escribir ese texto.",
    ),
    "The Content Credentials do not fit this file ({}): do not rely on them.": (
        "Die Content Credentials passen nicht zu dieser Datei ({}): Verlassen Sie sich nicht darauf.",
        "Las Content Credentials no corresponden a este archivo ({}): no te fíes de ellas.",
    ),
    "Content Credentials made here: drawn by a trained model by {}, unchanged since.": (
        "Hier gemachte Content Credentials: von einem trainierten Modell gezeichnet, mit {}, seither unverändert.",
        "Content Credentials hechas aquí: dibujada por un modelo entrenado, con {}, sin cambios desde entonces.",
    ),
    "Content Credentials: drawn by a trained model by {}, unchanged since; who signed it is not known here.": (
        "Content Credentials: von einem trainierten Modell gezeichnet, mit {}, seither unverändert; wer unterschrieb, "
        "ist hier nicht bekannt.",
        "Content Credentials: dibujada por un modelo entrenado, con {}, sin cambios desde entonces; aquí no se sabe "
        "quién la firmó.",
    ),
    "Content Credentials: signed by {}, unchanged since; who signed it is not known here.": (
        "Content Credentials: mit {} unterschrieben, seither unverändert; wer unterschrieb, ist hier nicht bekannt.",
        "Content Credentials: firmada con {}, sin cambios desde entonces; aquí no se sabe quién la firmó.",
    ),
}
