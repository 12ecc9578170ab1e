"""Floor 2, time: pairs messages of two streams by stamp and hands the newest to one worker."""
