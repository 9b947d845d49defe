"""A picture as a list of things: laid out and composed from layers.

    scene = Scene(things=(Thing("cat", "cat"),), ground=Ground("colour", ("#ffffff",)))
    placements, ids = layout(scene, layers)
    picture = to_picture(compose_scene(scene, layers, placements))

``record`` holds the values and imports no network; nothing here draws a layer.
"""
