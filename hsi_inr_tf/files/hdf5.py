"""HDF5 files from strangers (.mat v7.3, netCDF-4, weights): what is read of one lies in the file itself."""

from hsi_inr_tf.annotations import PathLike
from hsi_inr_tf.errors import InputError

LARGEST = 20_000  # objects of a file


def check_self_contained(path: PathLike) -> None:
    """Raise InputError where a HDF5 file refers to other files, or is damaged: by links out of it, data in
    external storage, or virtual datasets. None of the others is opened.

    To be called before anything else opens the file.
    """
    import h5py

    try:
        with h5py.File(path, "r") as file:
            _check_group(file, path)
    except InputError:
        raise
    except Exception as error:  # h5py raises nearly anything on damaged files
        raise InputError(f"{path} cannot be read as HDF5 ({error})") from error


def _check_group(file, path):
    import h5py

    seen, left = set(), [file["/"]]
    while left:
        group = left.pop()
        for name in group:
            link = group.get(name, getlink=True)
            if isinstance(link, h5py.SoftLink):
                continue  # to a place in this file, whose own links are looked at in their turn
            if not isinstance(link, h5py.HardLink):
                raise InputError(f"{path}: {name} is a link to another file, expected data of its own")
            item = h5py.h5o.open(group.id, name.encode())
            info = h5py.h5o.get_info(item)
            if info.addr in seen:
                continue
            seen.add(info.addr)
            if len(seen) > LARGEST:
                raise InputError(f"{path} holds over {LARGEST} objects, expected a cube")
            if isinstance(item, h5py.h5g.GroupID):
                left.append(h5py.Group(item))
            elif isinstance(item, h5py.h5d.DatasetID):
                _check_dataset(item.get_create_plist(), path, name)


def _check_dataset(created, path, name):
    import h5py

    if created.get_layout() == h5py.h5d.VIRTUAL:
        raise InputError(f"{path}: {name} is a virtual dataset, of other files, expected data of its own")
    if created.get_external_count():
        raise InputError(f"{path}: {name} lies in another file, expected data of its own")
