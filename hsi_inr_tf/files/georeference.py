"""Where a picture lies on the map, read with rasterio (extra geo)."""

from hsi_inr_tf.errors import InputError


def georeference_of(file) -> dict | None:
    """Where an open rasterio file lies on the map, as HyperspectralImage keeps it."""
    if file.crs is None and file.transform.is_identity:
        return None
    return {"crs": file.crs.to_wkt() if file.crs else None, "transform": list(file.transform)[:6]}


def import_rasterio():
    try:
        import rasterio
        import rasterio.windows
    except ImportError as error:
        raise InputError("GeoTIFF and 16-bit TIFF need rasterio: pip install 'hsi_inr_tf[geo]'") from error
    return rasterio
