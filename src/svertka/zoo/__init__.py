"""Networks, one short file for each family.

Importing this package imports every file beside this one, then what other packages offer
under the entry point group `svertka.zoo`; each registers its own variants, and this is the only
place where importing has an effect. Adding a network is adding a file.
"""

from importlib import import_module
from pkgutil import iter_modules

from svertka.zoo.registry import Variant, architecture, build, find, load_plugins, variant, variants

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
load_plugins()

__all__ = ["Variant", "architecture", "build", "find", "variant", "variants"]
