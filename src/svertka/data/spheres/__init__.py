"""What lies on a sphere, or is brought there: images, fields, maps of the sky, shapes and molecules."""
