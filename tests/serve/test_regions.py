"""Parts of pictures that words name. Example run: python -m pytest tests/serve/test_regions.py"""

import numpy as np

from pipeline.serve.regions import Region


def test_the_room_of_a_part_leaves_out_other_things_but_not_its_own_rim():
    part = np.zeros((100, 100), bool)
    part[20:60, 20:60] = True
    things = np.zeros_like(part)
    things[15:65, 15:65] = True  # found by its colours a part is some pixels larger than it was drawn
    things[20:60, 75:95] = True
    box = Region(part, things).box(around=0.5)
    assert box[5:75, 5:65].all(), "nothing of what was there is left"
    assert not box[20:60, 75:95].any(), "a neighbour stays"
