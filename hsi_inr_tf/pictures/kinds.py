"""Which files are pictures: by Pillow's formats, and by suffix where a folder is searched."""

# Pillow's names; JPEG is also what phones write with several pictures inside, of which the first is taken.
FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF", "PPM", "JPEG2000", "AVIF", "HEIF")
HEIF_SUFFIXES = (".heic", ".heif", ".hif")
# Of cameras' raw data, which rawpy reads.
RAW_SUFFIXES = (".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf", ".rw2", ".pef", ".srw")
SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".gif", ".ppm", ".pgm", ".jp2", ".avif"),
    *HEIF_SUFFIXES,
    *RAW_SUFFIXES,
)
LITTER = ("thumbs.db", "desktop.ini", "__macosx")  # what systems leave in folders, beside names with a dot


def is_litter(name: str) -> bool:
    """Whether a file or folder of this name is what a system left there: ._IMG.jpg, .DS_Store, Thumbs.db."""
    return name.startswith(".") or name.lower() in LITTER
