"""One model loads at a time in a process, whichever thread asks."""

import threading

__all__ = ["ONE_AT_A_TIME"]

# Held while a model loads. diffusers and transformers make a model without memory by changing the whole process
# (`Module.register_parameter` is another function meanwhile) and put back what they found: of two loads at once, the
# later one puts back what the earlier one had changed, and every module made from then on is empty ("meta").
ONE_AT_A_TIME = threading.RLock()
