"""Jobs that are stopped in their middle."""


class Stop(Exception):
    """Comes from outside."""


def stopping(after):
    """A way to tell progress that stops the job after so many pieces."""

    def progress(done, total):
        if done == after:
            raise Stop

    return progress
