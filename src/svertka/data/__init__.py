"""Images: where they lie, what is done to them, and how they become batches."""
